using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using Models = System.Collections.Generic.Dictionary<string, TransferLens.Vision.Weights.StateDict>;

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

/// <summary>What is measured of one pair.</summary>
/// <param name="Distance">Their distance.</param>
/// <param name="Displacement">How they moved.</param>
internal sealed record MeasuredPair(DistanceResult Distance, DisplacementResult Displacement);

/// <summary>
/// The task kind <c>parameter_distance</c>: all pairs of models on one target, each checkpoint read once. A run's are
/// the last and that of epoch 0.
/// </summary>
internal sealed class DistanceTask : ITaskRunner
{
    /// <summary>Role of P, which did not move.</summary>
    public const string Pretrained = "P";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("parameter_distance", 3);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<DistanceTaskSettings>(context.Settings);
        using var network = context.Network(settings.Network).Create(settings.Classes, seed: 0);
        var (models, initial) = (new Models(), new Models());
        try
        {
            var measured = settings.Pairs.Select((pair, i) => context.PartialResults.Compute($"pair {i}", _ =>
                    {
                        Read(context, pair.First, models, initial);
                        Read(context, pair.Second, models, initial);
                        return Measure(network, pair, models, initial);
                    }));
            File.WriteAllText(
                Path.Combine(context.Output, "result.json"),
                new JsonObject
                {
                    ["pairs"] = JsonSerializer.SerializeToNode(measured.ToList(), ResultJson.Options),
                }.ToJsonString()
            );
        }
        finally
        {
            foreach (var model in models.Values.Concat(initial.Values))
            {
                model.Dispose();
            }
        }
    }

    private static void Read(TaskContext context, string role, Models models, Models initial)
    {
        if (models.ContainsKey(role))
        {
            return;
        }

        var folder = context.Inputs[role];
        models.Add(role, Checkpoint.Read(CheckpointFiles.Find(folder, "last")));
        if (role != Pretrained)
        {
            initial.Add(role, Checkpoint.Read(CheckpointFiles.Find(folder, "0")));
        }
    }

    private static MeasuredPair Measure(Network network, DistanceTaskPair pair, Models models, Models initial)
    {
        var (first, second) = (models[pair.First], models[pair.Second]);
        return new(
            DistanceMeasurement.Measure(network, first, second, pair.OtherHeads),
            DisplacementMeasurement.Measure(
                network,
                first,
                initial.GetValueOrDefault(pair.First, first),
                second,
                initial.GetValueOrDefault(pair.Second, second)
            )
        );
    }
}
