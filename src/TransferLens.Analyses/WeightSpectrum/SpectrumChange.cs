using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>
/// How much training changes the effective ranks, of runs from P and of runs from random weights on one target: the
/// mean over the matrices before the head of |after - before| / before, in percent, one number per run.
/// </summary>
/// <param name="Target">The target.</param>
/// <param name="PretrainedRun">Name of the runs from P, for example <c>P-T</c>.</param>
/// <param name="Pretrained">Their changes; at least one.</param>
/// <param name="RandomRun">Name of the runs from random weights.</param>
/// <param name="Random">Their changes; at least one.</param>
/// <param name="Unequal">
/// In which training settings the two differ, so that they are not compared; null where all are equal.
/// </param>
internal sealed record SpectrumChange(
    string Target,
    string PretrainedRun,
    ImmutableArray<double> Pretrained,
    string RandomRun,
    ImmutableArray<double> Random,
    string? Unequal
)
{
    /// <summary>
    /// Mean of the runs from P minus mean of the others, in percentage points; null with unequal settings.
    /// </summary>
    public Effect? Difference => Unequal is null ? Welch.Difference(Pretrained, Random) : null;

    /// <summary>
    /// One for each target that has P and sound runs from P and from random weights. Runs that diverged are left out.
    /// </summary>
    public static ImmutableArray<SpectrumChange> Of(ImmutableArray<ModelSpectrum> models) =>
        [
            .. models
                .Where(model => model.Sound)
                .GroupBy(model => model.Target)
                .Select(target => Create(target.Key, [.. target]))
                .OfType<SpectrumChange>(),
        ];

    private static SpectrumChange? Create(string target, ImmutableArray<ModelSpectrum> models)
    {
        if (RunMatch.Find(models.Select(model => model.Run).OfType<PlannedRun>()) is not { } match)
        {
            return null;
        }

        var (pretrained, random) = (Changes(models, "P", match.Pretrained), Changes(models, "RI", match.Random));
        return pretrained.IsEmpty || random.IsEmpty
            ? null
            : new(target, match.Pretrained[0].Run, pretrained, match.Random[0].Run, random, match.Unequal);
    }

    /// <summary>Its entry in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["pretrained"] = new JsonObject
            {
                ["run"] = PretrainedRun,
                ["changePercent"] = Welch.Mean(Pretrained).ToJson(),
            },
            ["random"] = new JsonObject { ["run"] = RandomRun, ["changePercent"] = Welch.Mean(Random).ToJson() },
            ["unequal"] = Unequal,
            ["difference"] = Difference?.ToJson(),
        };

    // Each run's change from the weights that it began with. The head is new, so it is left out.
    private static ImmutableArray<double> Changes(
        ImmutableArray<ModelSpectrum> models,
        string start,
        ImmutableArray<PlannedRun> runs
    ) => [.. runs.Select(run => Change(models, start, run)).OfType<double>()];

    private static double? Change(ImmutableArray<ModelSpectrum> models, string start, PlannedRun run)
    {
        var before = models.FirstOrDefault(model =>
            model.Run is null
            && model.Group == start
            && (model.Start is null || model.Start == ModelSpectrum.StartOf(run))
        );
        return before is null ? null : Change(before, models.Single(model => model.Run?.Label == run.Label));
    }

    private static double? Change(ModelSpectrum before, ModelSpectrum after)
    {
        var changes = Body(before)
            .Zip(Body(after), (from, to) => 100 * (to > from ? to - from : from - to) / from)
            .OfType<double>()
            .ToList();
        return changes.Count == 0 ? null : changes.Average();
    }

    private static IEnumerable<double?> Body(ModelSpectrum model) =>
        model.Spectrum.Modules[..^1].SelectMany(module => module.Matrices).Select(matrix => matrix.EffectiveRank);
}
