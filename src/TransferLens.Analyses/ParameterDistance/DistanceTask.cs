using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>Settings of the task kind <c>parameter_distance</c>.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Pairs">The pairs.</param>
internal sealed record DistanceTaskSettings(string Network, int Classes, ImmutableArray<DistanceTaskPair> Pairs);

/// <summary>One pair of <see cref="DistanceTaskSettings"/>.</summary>
/// <param name="First">Role of the first input.</param>
/// <param name="Second">Role of the second.</param>
/// <param name="OtherHeads">Whether their heads belong to different targets and are left out.</param>
internal sealed record DistanceTaskPair(string First, string Second, bool OtherHeads);

/// <summary>The task kind <c>parameter_distance</c>: all pairs of models on one target, each model read once.</summary>
internal sealed class DistanceTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("parameter_distance", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<DistanceTaskSettings>(context.Settings);
        using var network = context.Network(settings.Network).Create(settings.Classes, seed: 0);
        var models = context.Inputs.ToDictionary(
            input => input.Key,
            input => Checkpoint.Read(CheckpointFiles.Find(input.Value, "last"))
        );
        try
        {
            var measured = settings.Pairs.Select(pair =>
                DistanceMeasurement.Measure(network, models[pair.First], models[pair.Second], pair.OtherHeads)
            );
            File.WriteAllText(
                Path.Combine(context.Output, "result.json"),
                new JsonObject
                {
                    ["pairs"] = JsonSerializer.SerializeToNode(measured, ResultJson.Options),
                }.ToJsonString()
            );
        }
        finally
        {
            foreach (var model in models.Values)
            {
                model.Dispose();
            }
        }
    }
}
