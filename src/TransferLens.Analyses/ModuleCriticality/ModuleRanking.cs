using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>A module compared with the one whose rewinding costs most.</summary>
/// <param name="Loss">What rewinding it costs.</param>
/// <param name="TopMinus">The largest loss minus this one, paired over images and seeds.</param>
/// <param name="Comparisons">Number of modules that are compared with the largest loss.</param>
internal sealed record RankedModule(ModuleLoss Loss, Effect TopMinus, int Comparisons)
{
    /// <summary>p of the one-sided test that it costs as much, times the number of comparisons, at most 1.</summary>
    public double AdjustedP => Math.Min(1, Comparisons * TopMinus.NonInferiorityP(0));

    /// <summary>Whether it is shown to cost less.</summary>
    public bool IsBelow => AdjustedP < Effect.Alpha;

    /// <summary>Its name.</summary>
    public string Module => Loss.Module;
}

/// <summary>
/// The module whose rewinding costs most on these images, and which others are shown to cost less. Each is compared
/// with it one-sidedly, at 5 % divided by the number of comparisons, so that with a probability of 95 % the truly most
/// critical module is not among those shown to cost less. Source: Hsu 1984 (comparison with the best).
/// </summary>
/// <param name="Top">The module with the largest loss.</param>
/// <param name="Others">The others, in the order of computation.</param>
internal sealed record ModuleRanking(ModuleLoss Top, ImmutableArray<RankedModule> Others)
{
    /// <summary>The modules that are shown to cost less.</summary>
    public ImmutableArray<RankedModule> Below => [.. Others.Where(other => other.IsBelow)];

    /// <summary>The modules that are not.</summary>
    public ImmutableArray<RankedModule> Open => [.. Others.Where(other => !other.IsBelow)];

    /// <summary>Compares modules.</summary>
    /// <param name="among">The modules; at least one.</param>
    public static ModuleRanking Of(ImmutableArray<ModuleLoss> among)
    {
        var (top, comparisons) = (among.MaxBy(loss => loss.Effect.Value)!, among.Length - 1);
        return new(
            top,
            [
                .. among
                    .Where(loss => loss != top)
                    .Select(loss => new RankedModule(loss, Minus(top, loss), comparisons)),
            ]
        );
    }

    /// <summary>Its form in results.json: the comparison with each other module, by its name.</summary>
    public JsonObject ToJson() =>
        new(Others.Select(other => KeyValuePair.Create(other.Module, (JsonNode?)ToJson(other))));

    private static JsonObject ToJson(RankedModule other) =>
        new() { ["topMinus"] = other.TopMinus.ToJson(), ["adjustedP"] = other.AdjustedP };

    private static Effect Minus(ModuleLoss top, ModuleLoss loss) =>
        ScoreContrast.PairedDifference(top.Seeds, loss.Seeds);
}
