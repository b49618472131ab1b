using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The sentences of <see cref="FrozenFindings"/>.</summary>
internal static class FrozenWords
{
    private static string Chosen(FrozenCheck check) =>
        "The modules were chosen by rewinding on "
        + $"{(check.IsChosenOnTestImages ? "the same test" : "validation")} images.";

    /// <summary>Whether the modules can be frozen is unknown, because every frozen run diverged.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">Names of the modules.</param>
    /// <param name="rate">The learning rate.</param>
    public static FindingText Diverged(string which, ImmutableArray<string> modules, double rate) =>
        new(
            $"Whether {CriticalityWords.Names(modules)} of {which} can be frozen is unknown: every run with them "
                + "frozen diverged.",
            CriticalityWords.IsNamed(modules) ? null : $"Frozen: {CriticalityWords.List(modules)}.",
            $"Do not freeze {Those(modules)} at learning rate {rate}."
        )
        {
            Answer = "Unknown: runs with them frozen diverged",
        };

    /// <summary>Freezing costs at most the margin, more, gains, or leaves that open.</summary>
    /// <param name="check">The check; it has a sound run.</param>
    /// <param name="above">Score of the frozen runs minus that of the others.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="saved">Share of the training cost saved.</param>
    public static FindingText Create(FrozenCheck check, Effect above, double margin, double saved)
    {
        var metric = check.Group.Metric;
        var (names, interval) = (CriticalityWords.Names(check.Modules), above.Interval());
        var (which, allowed) = (CriticalityWords.Which(check.Group), CriticalityWords.Margin(metric, margin));
        if (above.IsPositive)
        {
            return new(
                $"Freezing {names} in {which} gains {metric.Difference(above.Value)} "
                    + $"({EffectWords.Interval(metric, interval)}).",
                Detail(),
                FreezeInRun(check)
            )
            {
                Answer = $"Yes, {names}: freezing gains",
            };
        }

        if (above.IsNoWorse(margin))
        {
            return new(
                $"Freezing {names} in {which} costs at most {allowed}: "
                    + $"loss at most {MarginWords.AtMost(metric, SmallestMargin(above)!.Value)} (one-sided 95 %).",
                Detail(),
                SavesNothing(saved) ? LeaveTrainable(check) : FreezeToSave(check, saved)
            )
            {
                Answer = $"Yes, {names}: within {allowed}{(SavesNothing(saved) ? "; it saves nothing" : "")}",
            };
        }

        if (above.IsNegative)
        {
            return new(
                $"Freezing {names} in {which} loses {metric.Difference(-above.Value)} "
                    + $"({EffectWords.Interval(metric, above.Negated().Interval())}).",
                Detail($"It is not shown to cost at most {allowed}."),
                DoNotFreeze(check, -above.Value, saved)
            )
            {
                Answer = $"Not {names}: freezing loses",
            };
        }

        return new(
            $"Whether freezing {names} in {which} costs over {allowed} is open "
                + $"(95 % CI {metric.Signed(-interval.High)} to {metric.Signed(-interval.Low)}).",
            Detail(Open(metric, above, margin)),
            "Add test images or seeds before freezing."
        )
        {
            Answer = $"Undecided: freezing {names}",
        };

        string Detail(string? verdict = null) =>
            string.Join(
                ' ',
                new[]
                {
                    Scores(check),
                    verdict,
                    SavesNothing(saved) ? null : $"Training costs {Percent(saved)} less.",
                    EffectWords.LeavesOut(above),
                    Chosen(check),
                }.OfType<string>()
            );
    }

    /// <summary>Evidence: the end of the interval that decides whether the loss is within the margin.</summary>
    public const string LargestLoss = "largest loss by freezing, one-sided 95 % interval";

    /// <summary>The largest loss that the one-sided interval contains, at least 0; null without an interval.</summary>
    /// <param name="above">Score of the frozen runs minus that of the others.</param>
    public static double? SmallestMargin(Effect above) => NonInferiority.SmallestMargin([above]);

    /// <summary>Whether freezing saves so little that it rounds to nothing.</summary>
    /// <param name="saved">Share of the training cost saved.</param>
    public static bool SavesNothing(double saved) => 100 * saved < 1;

    private static string Scores(FrozenCheck check)
    {
        var metric = check.Group.Metric;
        var name = $"{char.ToUpperInvariant(metric.Name[0])}{metric.Name[1..]}";
        return $"{name} is {metric.Number(check.Frozen!.Value)} with {CriticalityWords.List(check.Modules)} frozen and "
            + $"{metric.Number(check.Unfrozen!.Value)} without.";
    }

    private static string Open(Metric metric, Effect above, double margin)
    {
        var passes = SmallestMargin(above) is { } smallest
            ? $"The smallest margin that would pass is {MarginWords.AtMost(metric, smallest)}"
            : "No margin can be shown";
        return $"{passes}{EffectWords.Decides(above, margin)}";
    }

    private static string DoNotFreeze(FrozenCheck check, double lost, double saved) =>
        SavesNothing(saved)
            ? $"Do not freeze {Those(check.Modules)}; it would lose {check.Group.Metric.Difference(lost)}."
            : $"Do not freeze {Those(check.Modules)}; it would save {Percent(saved)} of cost "
                + $"but lose {check.Group.Metric.Difference(lost)}.";

    private static string FreezeInRun(FrozenCheck check) =>
        $"Freeze {Those(check.Modules)} when training {check.Group.Run} ({Freeze(check)}).";

    private static string LeaveTrainable(FrozenCheck check) =>
        $"Leave {Those(check.Modules)} trainable: freezing ({Freeze(check)}) saves almost nothing.";

    private static string FreezeToSave(FrozenCheck check, double saved) =>
        $"Freeze {Those(check.Modules)} ({Freeze(check)}) to save {Percent(saved)} of training cost.";

    private static string Freeze(FrozenCheck check) => $"freeze: [{CriticalityWords.List(check.Modules)}]";

    private static string Those(ImmutableArray<string> modules) =>
        modules.Length == 1 ? "that module" : $"those {modules.Length} modules";

    private static string Percent(double share) => $"{100 * share:0} %";
}
