using System.Collections.Immutable;

namespace TransferLens.Analyses.Statistics;

/// <summary>The outcome of a walk along options that cost less and less.</summary>
/// <param name="Passed">Number of options that are shown to be no worse, counted from the safe end; 0 for none.</param>
/// <param name="SmallestMargin">
/// The smallest margin at which the first option would pass, in the unit of the score; null when there is none to
/// judge.
/// </param>
public sealed record WalkOutcome(int Passed, double? SmallestMargin);

/// <summary>
/// Non-inferiority: an option is "no worse" where the lower end of the one-sided 95 % interval of its score minus the
/// reference's is above -margin. Several options are walked in a fixed order, from the safe one on (the checkpoint
/// before the last, the largest rung), and the walk ends at the first that is not shown to be no worse, so one test at
/// 5 % controls the error of the whole walk. Sources: Maurer, Hothorn, Lehmacher 1995 (fixed sequence); Berger 1982 (an
/// option that must be no worse than each of several others is tested against each at 5 %).
/// </summary>
public static class NonInferiority
{
    /// <summary>The margin where none is set: 1 point of the metric.</summary>
    public const double DefaultMargin = 0.01;

    /// <summary>Walks options from the safe end.</summary>
    /// <param name="options">
    /// Each option's score minus that of every reference; an empty entry, or one that has no interval, does not pass.
    /// </param>
    /// <param name="margin">The margin, in the unit of the score, above 0.</param>
    /// <param name="alpha">The error rate of each test: 5 %, or this walk's part where several walks share it.</param>
    public static WalkOutcome Walk(
        IReadOnlyList<ImmutableArray<Effect>> options,
        double margin,
        double alpha = Effect.Alpha
    )
    {
        var passed = options.TakeWhile(option => IsNoWorse(option, margin, alpha)).Count();
        return new(passed, options.Count == 0 ? null : SmallestMargin(options[0], alpha));
    }

    /// <summary>Whether an option is shown to be no worse than every reference.</summary>
    /// <param name="differences">Its score minus that of each reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="alpha">The error rate.</param>
    public static bool IsNoWorse(ImmutableArray<Effect> differences, double margin, double alpha = Effect.Alpha) =>
        !differences.IsEmpty
        && differences.All(difference => difference.HasInterval && difference.LowerEnd(alpha) > -margin);

    /// <summary>The smallest margin at which an option would be no worse; null without an interval.</summary>
    /// <param name="differences">Its score minus that of each reference.</param>
    /// <param name="alpha">The error rate.</param>
    public static double? SmallestMargin(ImmutableArray<Effect> differences, double alpha = Effect.Alpha) =>
        differences.IsEmpty || differences.Any(difference => !difference.HasInterval)
            ? null
            : Math.Max(0, differences.Max(difference => -difference.LowerEnd(alpha)));
}
