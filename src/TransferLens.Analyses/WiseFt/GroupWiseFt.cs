using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The lines from P to the runs of one group, which differ only in their seed.</summary>
/// <param name="Group">The group.</param>
/// <param name="Runs">Its runs that did not diverge, in the order of <paramref name="Lines"/>.</param>
/// <param name="Learned">Whether each of them is beyond chance by more than its interval.</param>
/// <param name="SourceLearned">The same of P on the source; null where its test images are not known.</param>
/// <param name="Alphas">The alphas, in order.</param>
/// <param name="Margin">What counts as no worse than P-T, in the unit of the score.</param>
/// <param name="SourceMetric">The metric that P is judged by on the source.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Scores">What findings compare; one for each line.</param>
/// <param name="Saved">Index of the run whose weights at the chosen alpha were saved; null for none.</param>
internal sealed record GroupWiseFt(
    RunGroup Group,
    ImmutableArray<PlannedRun> Runs,
    bool Learned,
    bool? SourceLearned,
    ImmutableArray<double> Alphas,
    double Margin,
    Metric SourceMetric,
    ImmutableArray<WiseFtLines> Lines,
    ImmutableArray<WiseFtScores> Scores,
    int? Saved
)
{
    /// <summary>The target.</summary>
    public string Target => Group.Target;

    /// <summary>The metric that the runs are judged by.</summary>
    public Metric Metric => Group.Metric;

    /// <summary>Whether the source was measured.</summary>
    public bool HasSource => Lines.Any(line => line.Source is not null);

    /// <summary>Whether statistics of batch normalization were recomputed.</summary>
    public bool IsRecalibrated => Lines.Any(line => line.Target.Recalibrated is not null);

    /// <summary>Whether validation images chose the alpha.</summary>
    public bool OnValidation => WiseFtScores.HaveValidation(Scores);

    /// <summary>Number of runs that diverged and were left out.</summary>
    public int Diverged => Group.Seeds.Length - Runs.Length;

    /// <summary>The choice of the alpha, on validation images where there are some; null when all runs diverged.
    /// </summary>
    public WiseFtChoice? Choice { get; } = Scores.IsEmpty ? null : WiseFtScores.Choose(Scores, Margin);

    /// <summary>Target score at each alpha minus that of P-T, on the test images.</summary>
    public ImmutableArray<Effect> Changes { get; } =
        Scores.IsEmpty ? [] : WiseFtScores.ChooseOnTest(Scores, Margin).AgainstFineTuned;

    /// <summary>The chosen alpha; 1 when no smaller one passed.</summary>
    public double Alpha => Choice is { } choice ? Alphas[choice.Index] : 1;

    /// <summary>
    /// Target score at the chosen alpha minus that of P-T, on the test images; null when no alpha below 1 passed.
    /// </summary>
    public Effect? Cost => Choice is { IsBelowOne: true } choice ? Changes[choice.Index] : null;

    /// <summary>
    /// Whether an alpha below 1 was chosen and the test images show it to be no worse, whatever images chose it.
    /// </summary>
    public bool IsConfirmed => Cost?.IsNoWorse(Margin) == true;

    /// <summary>Source score of P minus that of P-T; null without source.</summary>
    public Effect? Forgotten => HasSource ? OnSource(0, Alphas.Length - 1) : null;

    /// <summary>
    /// Source score at the chosen alpha minus that of P-T; null without source, and when no alpha below 1 passed.
    /// </summary>
    public Effect? Regained => HasSource && Choice is { IsBelowOne: true } choice ? Regains(choice.Index) : null;

    /// <summary>The file of the chosen weights in the run's checkpoints; null without.</summary>
    public string? Checkpoint => Saved is null ? null : $"{FileName}.safetensors";

    /// <summary>That file's name without ending.</summary>
    public string FileName
    {
        get
        {
            var first = Group.Seeds[0];
            return $"{Group.Target}-{first.Label[..^$" s{first.Seed}".Length]}-wise_ft".Replace(' ', '_');
        }
    }

    /// <summary>Mean target score of the runs at an alpha.</summary>
    /// <param name="at">Index of the alpha.</param>
    public Effect TargetScore(int at) => ScoreContrast.Mean(Scores.Select(one => one.Target[at]));

    /// <summary>Mean target score of P-T as it is used.</summary>
    public Effect FineTunedScore => ScoreContrast.Mean(Scores.Select(one => one.FineTuned));

    /// <summary>Mean source score at an alpha.</summary>
    /// <param name="at">Index of the alpha.</param>
    public Effect SourceScore(int at) => ScoreContrast.Mean(Scores.Select(one => one.Source[at]));

    /// <summary>Source score at an alpha minus that of P-T.</summary>
    /// <param name="at">Index of the alpha.</param>
    public Effect Regains(int at) => OnSource(at, Alphas.Length - 1);

    /// <summary>Mean loss of the runs on the curve that judges the weights; NaN where one is not finite.</summary>
    /// <param name="line">Chooses target or source.</param>
    /// <param name="at">Index of the alpha.</param>
    public double MeanLoss(Func<WiseFtLines, WiseFtLine> line, int at) =>
        Lines.Average(lines => line(lines).Curve.Points[at].Loss);

    private Effect OnSource(int first, int second) =>
        ScoreContrast.PairedDifference(
            Scores.Select(one => one.Source[first]),
            Scores.Select(one => one.Source[second])
        );
}
