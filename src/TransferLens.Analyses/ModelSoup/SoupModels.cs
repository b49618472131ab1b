using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The average of fine-tuned models that is not shown to lose against them, for each target.</summary>
internal static class SoupModels
{
    /// <summary>What users call it.</summary>
    public const string Word = "soup";

    /// <summary>
    /// The greedy soup, unless it is shown to be worse than its best member; else the soup of the best group of runs
    /// from P, or why there is none.
    /// </summary>
    /// <param name="soups">The soups of a study.</param>
    /// <param name="task">The task that made a uniform soup.</param>
    /// <param name="greedyTask">The task that made a greedy soup.</param>
    public static IEnumerable<ModelOffer> Offer(
        StudySoups soups,
        Func<GroupSoup, TaskSpec> task,
        Func<TargetGreedy, TaskSpec> greedyTask
    ) =>
        soups
            .Groups.Select(soup => soup.Target)
            .Concat(soups.Greedy.Select(soup => soup.Target))
            .Distinct()
            .Select(target =>
                soups.Greedy.FirstOrDefault(soup => soup.Target == target && IsUsable(soup)) is { } greedy
                    ? Offer(greedy, greedyTask(greedy))
                    : Offer(
                        target,
                        [
                            .. soups.Groups.Where(soup =>
                                soup.Target == target && soup.Group.Initialization == Initialization.Pretrained
                            ),
                        ],
                        task
                    )
            );

    private static ModelOffer Offer(TargetGreedy soup, TaskSpec task)
    {
        var score = soup.Soup!.Soup.Score;
        return new(
            soup.Target,
            new(
                SoupWords.Greedy.OfferedName(soup),
                task,
                SoupTask.SoupFile,
                new(soup.Metric, score.Value, score.Low, score.High)
            ),
            SoupWords.Greedy.Offered(soup)
        );
    }

    private static bool IsUsable(TargetGreedy soup) =>
        soup is { Soup: not null, Learned: true, Gains.OverBest.IsNegative: false };

    private static ModelOffer Offer(string target, ImmutableArray<GroupSoup> soups, Func<GroupSoup, TaskSpec> task)
    {
        ImmutableArray<GroupSoup> usable = [.. soups.Where(IsUsable)];
        if (usable.IsEmpty)
        {
            return ModelOffer.None(target, SoupWords.NoneOffered(WhyNot(target, soups)));
        }

        var chosen = BestOf.Choose([.. usable.Select(Score)]);
        var (soup, metric) = (usable[chosen.Index], usable[chosen.Index].Metric);
        var (result, score) = (soup.Soup!, soup.Soup!.Soup.Score);
        var name = SoupWords.OfferedName(result.Members.Length, soup.Group.Label);
        var among = usable.Length > 1 ? chosen.Words(metric, "soup's members", "soups' members") : null;
        return new(
            target,
            new(name, task(soup), SoupTask.SoupFile, new(metric, score.Value, score.Low, score.High)),
            SoupWords.Offered(metric, soup.Gains!.Soup, result.Recalibrated is not null, among)
        )
        {
            ChosenOnTestImages = chosen.ChosenOnTestImages,
        };
    }

    private static bool IsUsable(GroupSoup soup) =>
        soup is { Soup: not null, Learned: true, Gains.Soup.IsNegative: false };

    // The members are compared and not the soups, whose scores then stay fair.
    private static ChoiceScore Score(GroupSoup soup) =>
        new(soup.Soup!.Mean.Value, soup.Soup.Validation is { } validation ? validation.Average() : null);

    private static string WhyNot(string target, ImmutableArray<GroupSoup> soups) =>
        soups switch
        {
            [] => SoupWords.NothingToAverage(target),
            [{ Soup: null } diverged, ..] => SoupWords.TooFew(diverged.Group.Label, target),
            [{ Soup: { } result, Learned: true } losing, ..] => SoupWords.Headline(
                SoupWords.Runs(result.Members.Length, losing.Group.Label, target),
                losing.Metric,
                losing.Gains!.Soup
            ),
            [var soup, ..] => SoupWords.NoVerdict(
                SoupWords.Runs(soup.Runs.Length, soup.Group.Label, target),
                soup.Metric
            ),
        };
}
