using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
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
        CheckpointWeights? last = null;
        for (var epoch = 0; epoch < files.Count; epoch++)
        {
            using var read = Read(files[epoch], digests[epoch], network, settings.Key);
            Safetensors.Write(CheckpointFiles.PathOf(context.Output, epoch), read.Weights);
            last = read;
        }

        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["status"] = "imported",
                ["network"] = settings.Network,
                ["classes"] = last?.Classes,
                ["kept"] = new JsonArray([.. Enumerable.Range(0, files.Count).Select(epoch => (JsonNode)epoch)]),
                ["last"] = files.Count - 1,
                ["best"] = files.Count - 1,
                ["notes"] = JsonSerializer.SerializeToNode(last?.Notes, ResultJson.Options),
            }.ToJsonString()
        );
    }

    private static CheckpointWeights Read(string path, string sha256, NetworkArchitecture network, string? key) =>
        WeightsFile.Digest(path) == sha256
            ? Checkpoint.Read(path, network, key)
            : throw new InputException(
                $"The weights file '{path}' changed since the study was planned; run the study again."
            );
}
