using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The sentences of <see cref="FrozenFindings"/>.</summary>
internal static class FrozenWords
{
    private const string Chosen = "The modules were chosen by rewinding on the same test images.";

    /// <summary>Whether the modules can be frozen is unknown, because every frozen run diverged.</summary>
    /// <param name="which">The run and its target.</param>
    /// <param name="modules">Names of the modules.</param>
    /// <param name="rate">The learning rate.</param>
    public static FindingText Diverged(string which, string modules, double rate) =>
        new(
            $"Whether {modules} of {which} can be frozen is unknown: every run with them frozen diverged.",
            null,
            $"Do not freeze {modules} at learning rate {rate}."
        );

    /// <summary>Freezing costs at most the margin, more, gains, or leaves that open.</summary>
    /// <param name="check">The check; it has a sound run.</param>
    /// <param name="above">Score of the frozen runs minus that of the others.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <param name="saved">Share of the training cost saved.</param>
    public static FindingText Create(FrozenCheck check, Effect above, double margin, double saved)
    {
        var metric = check.Group.Metric;
        var (names, interval) = (string.Join(", ", check.Modules), above.Interval());
        var (which, allowed) = (CriticalityWords.Which(check.Group), CriticalityWords.Margin(metric, margin));
        var scores = $"{metric.Number(check.Frozen!.Value)} against {metric.Number(check.Unfrozen!.Value)}";
        if (above.IsPositive)
        {
            return new(
                $"Freezing {names} in {which} gains {metric.Difference(above.Value)} "
                    + $"({EffectWords.Interval(metric, interval)}).",
                Detail(scores),
                FreezeInRun(check)
            );
        }

        if (above.IsNoWorse(margin))
        {
            return new(
                $"Freezing {names} in {which} costs at most {allowed}: {scores} "
                    + $"(one-sided 95 % CI {metric.Signed(above.LowerEnd())} or more).",
                Detail(null),
                100 * saved < 1 ? SavesNothing(check) : FreezeToSave(check, saved)
            );
        }

        if (above.IsNegative)
        {
            return new(
                $"Freezing {names} in {which} loses {metric.Difference(-above.Value)} "
                    + $"({EffectWords.Interval(metric, above.Negated().Interval())}).",
                Detail($"{scores}; not shown to cost at most {allowed}"),
                DoNotFreeze(check, -above.Value, saved)
            );
        }

        return new(
            $"Whether freezing {names} in {which} costs more than {allowed} is open "
                + $"(95 % CI {metric.Signed(-interval.High)} to {metric.Signed(-interval.Low)}).",
            Detail($"{scores}. {Open(metric, above, margin)}"),
            "Add test images or seeds before freezing."
        );

        string Detail(string? first) =>
            string.Join(
                ' ',
                new[]
                {
                    first is null ? null : $"{first}.",
                    $"Training costs {Percent(saved)} less.",
                    EffectWords.LeavesOut(above),
                    Chosen,
                }.OfType<string>()
            );
    }

    private static string Open(Metric metric, Effect above, double margin)
    {
        var passes = NonInferiority.SmallestMargin([above]) is { } smallest
            ? $"The smallest margin that would pass is {metric.Difference(smallest)}"
            : "No margin can be shown";
        return $"{passes}{EffectWords.Decides(above, margin)}";
    }

    private static string DoNotFreeze(FrozenCheck check, double lost, double saved) =>
        $"Do not freeze {Those(check)}; it would save {Percent(saved)} of cost "
        + $"but lose {check.Group.Metric.Difference(lost)}.";

    private static string FreezeInRun(FrozenCheck check) =>
        $"Freeze {Those(check)} when training {check.Group.Run} ({Freeze(check)}).";

    private static string SavesNothing(FrozenCheck check) =>
        $"Leave {Those(check)} trainable: freezing ({Freeze(check)}) saves almost nothing.";

    private static string FreezeToSave(FrozenCheck check, double saved) =>
        $"Freeze {Those(check)} ({Freeze(check)}) to save {Percent(saved)} of training cost.";

    private static string Freeze(FrozenCheck check) => $"freeze: [{string.Join(", ", check.Modules)}]";

    private static string Those(FrozenCheck check) =>
        check.Modules.Length == 1 ? "that module" : $"those {check.Modules.Length} modules";

    private static string Percent(double share) => $"{100 * share:0} %";
}
