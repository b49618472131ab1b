using System.Collections.Immutable;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>The study in one sentence: the first question that it answers, target by target.</summary>
internal static class Verdict
{
    /// <summary>
    /// For one target the headline of the first answer. For several the answer and its number for each, for example
    /// <c>Does pretraining help? Yes (cartoon 13.8 points, photo 29.9 points).</c> Null where nothing is answered.
    /// </summary>
    /// <param name="findings">The findings of a study.</param>
    public static string? Create(IEnumerable<Finding> findings)
    {
        var targets = TargetAnswers.Group(findings);
        if (targets.IsEmpty)
        {
            return null;
        }

        var question = targets
            .SelectMany(target => target.Answers)
            .MinBy(answer => TargetAnswers.Rank(answer.Question))!
            .Question;
        ImmutableArray<Finding> first =
        [
            .. targets
                .Select(target => target.Answers.FirstOrDefault(answer => answer.Question == question))
                .OfType<Answer>()
                .Select(answer => answer.Findings[0]),
        ];
        return first is [var only] || first.Any(finding => finding.Answer is null || finding.Evidence.IsEmpty)
            ? first[0].Sentence
            : $"{question} {string.Join(" ", first.GroupBy(finding => finding.Answer!).Select(Same))}";
    }

    private static string Same(IGrouping<string, Finding> answer) =>
        $"{answer.Key} ({string.Join(", ", answer.Select(Number))}).";

    private static string Number(Finding finding) =>
        $"{finding.Target} {NumberText.WithUnit(finding.Evidence[0] with { Low = null, High = null })}".Trim();
}
