using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>
/// The task kind <c>import_weights</c>: stores pretrained weights as a training run stores checkpoints, the first as
/// that of epoch 0.
/// </summary>
internal sealed class ImportWeightsTask : ITaskRunner
{
    /// <inheritdoc/>
    public TaskKind Kind => StudyTasks.ImportWeightsKind;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<ImportWeightsTaskSettings>(context.Settings);
        var network = context.Network(settings.Network);
        var files = context.Locations["weights"]!.AsArray().Select(path => (string)path!).ToList();
        string[] digests = [.. settings.Earlier ?? [], settings.Sha256];
        Directory.CreateDirectory(Path.GetDirectoryName(CheckpointFiles.PathOf(context.Output, 0))!);
        var classes = 0;
        for (var epoch = 0; epoch < files.Count; epoch++)
        {
            using var weights = Read(files[epoch], digests[epoch]);
            Safetensors.Write(CheckpointFiles.PathOf(context.Output, epoch), weights);
            classes = NetworkFit.Classes(network, weights);
        }

        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["status"] = "imported",
                ["network"] = settings.Network,
                ["classes"] = classes,
                ["kept"] = new JsonArray([.. Enumerable.Range(0, files.Count).Select(epoch => (JsonNode)epoch)]),
                ["last"] = files.Count - 1,
                ["best"] = files.Count - 1,
            }.ToJsonString()
        );
    }

    private static StateDict Read(string path, string sha256)
    {
        using (var file = WeightsFile.Open(path))
        {
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != sha256)
            {
                throw new InputException(
                    $"The weights file '{path}' changed since the study was planned; run the study again."
                );
            }
        }

        return Checkpoint.Read(path);
    }
}
