using TransferLens.Analyses.Statistics;
using TransferLens.Analyses.WiseFt;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens wise_ft</c> measured.</summary>
/// <param name="Lines">The curves by kind of running statistics, the one that judges last.</param>
/// <param name="Choice">The choice of the alpha.</param>
/// <param name="OnValidation">Whether validation images made it.</param>
/// <param name="Changes">Target score at each alpha minus that of P-T, on the images of <c>--data</c>.</param>
internal sealed record MeasuredWiseFt(
    IReadOnlyList<(string Name, WiseFtCurve Target, WiseFtCurve? Source)> Lines,
    WiseFtChoice Choice,
    bool OnValidation,
    IReadOnlyList<Effect> Changes
)
{
    /// <summary>The curve on the target that judges the weights.</summary>
    public WiseFtCurve Target => Lines[^1].Target;

    /// <summary>The curve on the source; null without.</summary>
    public WiseFtCurve? Source => Lines[^1].Source;

    /// <summary>The chosen alpha; 1 when no smaller one passed.</summary>
    public double Alpha => Target.Points[Choice.Index].Alpha;

    /// <summary>Source score at each alpha minus that of P-T; null without source.</summary>
    public IReadOnlyList<Effect>? Regains => Source?.Against(Source.Points.Length - 1);

    /// <summary>Source score of P minus that of P-T; null without source.</summary>
    public Effect? Forgotten => Regains?[0];

    /// <summary>
    /// Target score at the chosen alpha minus that of P-T, on the images of <c>--data</c>; null when no alpha below 1
    /// passed.
    /// </summary>
    public Effect? Change => Choice.IsBelowOne ? Changes[Choice.Index] : null;

    /// <summary>
    /// Source score at the chosen alpha minus that of P-T; null without source, and when no alpha below 1 passed.
    /// </summary>
    public Effect? Regained => Choice.IsBelowOne ? Regains?[Choice.Index] : null;
}
