using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Two or three trainings on one target whose solutions span a segment, triangle or plane.</summary>
/// <param name="Target">The target.</param>
/// <param name="Label">What they have in common, for example <c>P-T</c>; their kinds where they differ.</param>
/// <param name="Runs">The trainings.</param>
internal sealed record SolutionSet(string Target, string Label, ImmutableArray<PlannedRun> Runs)
{
    /// <summary>
    /// What planes are put through: for each target the first three seeds of each run; where no run has three, the first
    /// two P-T and the first RI-T.
    /// </summary>
    public static ImmutableArray<SolutionSet> Triples(PlannedStudy study) =>
        [
            .. study
                .Runs.GroupBy(run => run.Target)
                .SelectMany(target =>
                {
                    var seeds = Seeds(study, target.Key, 3);
                    ImmutableArray<PlannedRun> mixed =
                    [
                        .. target.Where(run => run.Initialization == Initialization.Pretrained).Take(2),
                        .. target.Where(run => run.Initialization == Initialization.Random).Take(1),
                    ];
                    return !seeds.IsEmpty ? seeds
                        : mixed.Length == 3
                            ? [new(target.Key, string.Join(" & ", mixed.Select(run => run.Run).Distinct()), mixed)]
                        : ImmutableArray<SolutionSet>.Empty;
                }),
        ];

    /// <summary>What a basin is tested for: for each target the first three seeds of each run, or its two.</summary>
    public static ImmutableArray<SolutionSet> Spans(PlannedStudy study) =>
        [.. study.Runs.Select(run => run.Target).Distinct().SelectMany(target => Seeds(study, target, 2))];

    private static ImmutableArray<SolutionSet> Seeds(PlannedStudy study, string target, int least) =>
        [
            .. RunGroup
                .Of(study)
                .Where(group => group.Target == target && group.Seeds.Length >= least)
                .Select(group => new SolutionSet(target, group.Label, [.. group.Seeds.Take(3)])),
        ];

    /// <summary>The inputs of a task on them.</summary>
    public IEnumerable<(string Role, TaskSpec Task)> Inputs() =>
        [
            .. Runs.Select((run, i) => (Role(i), run.Train)),
            ("images", Runs[0].TestImages),
            ("recalibrate_on", Runs[0].TrainImages),
        ];

    /// <summary>By what they are judged.</summary>
    public Metric Metric => Runs[0].Metric;

    /// <summary>Which trainings, for example <c>P-T s1, P-T s2</c>.</summary>
    public string Names => string.Join(", ", Runs.Select(run => run.Label));

    /// <summary>As it stands in results.json, before what was found.</summary>
    public JsonObject ToJson() =>
        new() { ["target"] = Target, ["solutions"] = new JsonArray([.. Runs.Select(run => (JsonNode)run.Label)]) };

    internal static string Role(int i) => $"solution {i}";
}

/// <summary>What a task on several solutions works with, loaded.</summary>
internal sealed class LoadedSolutions : IDisposable
{
    /// <summary>Loads the solutions and the images of a task.</summary>
    public LoadedSolutions(TaskContext context, string network, int classes, string checkpoint)
    {
        Network = ModelFile.Load(Networks.Find(network), classes, context.Inputs[SolutionSet.Role(0)], checkpoint);
        var count = context.Inputs.Keys.Count(role => role.StartsWith("solution ", StringComparison.Ordinal));
        Solutions =
        [
            StateDict.Of(Network),
            .. Enumerable
                .Range(1, count - 1)
                .Select(i =>
                {
                    using var other = ModelFile.Load(
                        Networks.Find(network),
                        classes,
                        context.Inputs[SolutionSet.Role(i)],
                        checkpoint
                    );
                    return StateDict.Of(other);
                }),
        ];
        Images = ImageCache.Open(context.Inputs["images"]);
        RecalibrateOn = Recalibration.Applies(Network) ? ImageCache.Open(context.Inputs["recalibrate_on"]) : null;
    }

    /// <summary>A network to compute with.</summary>
    public Network Network { get; }

    /// <summary>The solutions, in their order.</summary>
    public ImmutableArray<StateDict> Solutions { get; }

    /// <summary>What performance is measured on.</summary>
    public ImageSet Images { get; }

    /// <summary>What statistics are recomputed from; null for networks without batch normalization.</summary>
    public ImageSet? RecalibrateOn { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        RecalibrateOn?.Dispose();
        Images.Dispose();
        foreach (var solution in Solutions)
        {
            solution.Dispose();
        }

        Network.Dispose();
    }
}
