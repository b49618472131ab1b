using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The similarity of features between all solutions of a study on one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Measured">All modules of all solutions.</param>
/// <param name="Pairs">Its pairs, matching modules.</param>
/// <param name="Shown">The pair whose modules are shown each against each, or null.</param>
internal sealed record TargetSimilarity(
    string Target,
    SimilarityResult Measured,
    ImmutableArray<PairSimilarity> Pairs,
    (RunPair Pair, SimilarityTable Table)? Shown
)
{
    /// <summary>Names of the modules.</summary>
    public ImmutableArray<string> Modules => Measured.Modules[0];

    /// <summary>The kinds of pairs, in the order in which they are shown.</summary>
    public ImmutableArray<string> Kinds => [.. Pairs.Select(pair => pair.Pair.Kind).Distinct()];

    /// <summary>Pairs of which neither training diverged.</summary>
    public IEnumerable<PairSimilarity> Sound => Pairs.Where(pair => !pair.Diverged);

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["examples"] = Measured.Examples,
            ["selection"] = "the first test images of each class, in turn",
            ["form"] = JsonSerializer.SerializeToNode(Measured.Form, StudyJson.Options),
            ["pooled"] = Measured.Pooled,
            ["pairs"] = new JsonArray([.. Pairs.Select(pair => pair.ToJson())]),
            ["all_modules"] = Shown is not { } shown
                ? null
                : new JsonObject
                {
                    ["first"] = shown.Pair.First.Label,
                    ["second"] = shown.Pair.Second?.Label ?? "P",
                    ["rows"] = JsonSerializer.SerializeToNode(shown.Table.Rows, StudyJson.Options),
                    ["columns"] = JsonSerializer.SerializeToNode(shown.Table.Columns, StudyJson.Options),
                    ["debiased"] = JsonSerializer.SerializeToNode(shown.Table.Debiased, StudyJson.Options),
                    ["biased"] = JsonSerializer.SerializeToNode(shown.Table.Biased, StudyJson.Options),
                    ["debiased_standard_errors"] = JsonSerializer.SerializeToNode(
                        shown.Table.DebiasedErrors,
                        StudyJson.Options
                    ),
                    ["biased_standard_errors"] = JsonSerializer.SerializeToNode(
                        shown.Table.BiasedErrors,
                        StudyJson.Options
                    ),
                },
        };
}

/// <summary>The similarity of features between two solutions, module by module.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Modules">Every module, the head last.</param>
internal sealed record PairSimilarity(RunPair Pair, bool Diverged, ImmutableArray<ModuleSimilarity> Modules)
{
    /// <summary>
    /// Mean of the debiased CKA over the modules before the head; null when it is undefined for all. Its interval is the mean
    /// of theirs: at least as wide as it should be, and that wide where the same images move all modules together.
    /// </summary>
    public Estimate? Mean =>
        Modules[..^1].Select(module => module.Interval).OfType<Estimate>().ToList() is { Count: > 0 } modules
            ? new(
                modules.Average(module => module.Value),
                modules.Average(module => module.Low),
                modules.Average(module => module.High)
            )
            : null;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["first"] = Pair.First.Label,
            ["second"] = Pair.Second?.Label ?? "P",
            ["diverged"] = Diverged,
            ["mean_before_head"] = Mean?.ToJson(),
            ["modules"] = JsonSerializer.SerializeToNode(Modules, StudyJson.Options),
        };
}
