using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TransferLens.Execution;
using TransferLens.Plans;
using TransferLens.Weights;

namespace TransferLens.Training;

/// <summary>The task kind <c>import_weights</c>: P from a file, laid out as a training leaves its checkpoints.</summary>
public sealed class ImportWeightsTask : ITaskKind
{
    /// <inheritdoc/>
    public string Name => "import_weights";

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var path = (string)context.Locations["weights"]!;
        var settings = TaskSettings.Read<ImportWeightsTaskSettings>(context.Settings);
        using (var file = WeightsFile.Open(path))
        {
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != settings.Sha256)
            {
                throw new InputException($"The weights file '{path}' changed since the study was planned; run the study again.");
            }
        }

        using var weights = Checkpoint.Read(path);
        var target = CheckpointFiles.Of(context.Output, 0);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Safetensors.Write(target, weights);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), new JsonObject
        {
            ["status"] = "imported",
            ["network"] = settings.Network,
            ["classes"] = NetworkFit.Classes(settings.Network, weights),
            ["kept"] = new JsonArray(0),
            ["last"] = 0,
            ["best"] = 0,
        }.ToJsonString());
    }
}
