using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>Settings of the task kind <c>weight_spectrum</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Models">The models to measure, in order.</param>
internal sealed record SpectrumTaskSettings(string Network, ImmutableArray<SpectrumModel> Models);

/// <summary>A checkpoint to measure.</summary>
/// <param name="Role">Role of the input that contains it.</param>
/// <param name="Checkpoint"><c>last</c> or an epoch.</param>
internal sealed record SpectrumModel(string Role, string Checkpoint);

/// <summary>
/// The task kind <c>weight_spectrum</c>: several checkpoints of one network, their heads may have different classes.
/// </summary>
internal sealed class SpectrumTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("weight_spectrum", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SpectrumTaskSettings>(context.Settings);
        var measured = new List<SpectrumResult>();
        foreach (var model in settings.Models)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            measured.Add(
                Measure(
                    context.Network(settings.Network),
                    CheckpointFiles.Find(context.Inputs[model.Role], model.Checkpoint),
                    context.PartialResults.Section($"model {measured.Count}")
                )
            );
            context.Progress.Report(
                new(
                    measured.Count / (double)settings.Models.Length,
                    $"model {measured.Count} of {settings.Models.Length}"
                )
            );
        }

        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject { ["models"] = JsonSerializer.SerializeToNode(measured, ResultJson.Options) }.ToJsonString()
        );
    }

    private static SpectrumResult Measure(NetworkArchitecture architecture, string file, PartialResults parts)
    {
        using var network = ModelFile.LoadOwnHead(architecture, file);
        return SpectrumMeasurement.Measure(network, parts);
    }
}
