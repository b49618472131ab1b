using System.Collections.Immutable;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>The findings that answer one question on one target; the first is the answer.</summary>
/// <param name="Question">One of <see cref="Question"/>.</param>
/// <param name="Findings">At least one, in the order in which the analyses state them.</param>
internal sealed record Answer(string Question, ImmutableArray<Finding> Findings)
{
    /// <summary>
    /// The rows of the table of answers: findings that differ in nothing but their number, and what it is, share a row,
    /// for example of runs at several learning rates.
    /// </summary>
    public ImmutableArray<ImmutableArray<Finding>> Rows =>
        [
            .. Findings
                .GroupBy(finding =>
                    finding.Answer is null || finding.Evidence.IsEmpty
                        ? (object)finding
                        : (finding.Answer, finding.Confidence, finding.Recommendation)
                )
                .SelectMany(row =>
                    row.Select(Quantity).Distinct().Count() == row.Count()
                        ? [row.ToImmutableArray()]
                        : row.Select(finding => ImmutableArray.Create(finding))
                ),
        ];

    private static string Quantity(Finding finding) =>
        finding.Evidence.IsEmpty ? "" : EvidenceName.QuantityOf(finding.Evidence[0]);
}

/// <summary>The answers on one target.</summary>
/// <param name="Target">The target's name in the study; null for findings about no target or all targets.</param>
/// <param name="Answers">In the order of <see cref="Question.All"/>.</param>
internal sealed record TargetAnswers(string? Target, ImmutableArray<Answer> Answers)
{
    /// <summary>
    /// Groups findings by target, then by question. Findings that answer no question are left out. Targets keep the
    /// order in which they first occur; findings about no target or all targets come last.
    /// </summary>
    /// <param name="findings">The findings of a study.</param>
    public static ImmutableArray<TargetAnswers> Group(IEnumerable<Finding> findings) =>
        [
            .. findings
                .Where(finding => finding.Question is not null)
                .GroupBy(finding => finding.Target)
                .OrderBy(target => target.Key is null)
                .Select(target => new TargetAnswers(target.Key, GroupByQuestion(target))),
        ];

    /// <summary>The questions that no finding answers.</summary>
    /// <param name="findings">The findings of a study.</param>
    public static ImmutableArray<string> Unanswered(IEnumerable<Finding> findings)
    {
        var answered = findings.Select(finding => finding.Question).ToHashSet();
        return [.. Question.All.Where(question => !answered.Contains(question))];
    }

    /// <summary>
    /// The index of a question in <see cref="Question.All"/>; an unknown question comes after all others.
    /// </summary>
    public static int Rank(string question) =>
        Question.All.IndexOf(question) is >= 0 and var index ? index : Question.All.Length;

    private static ImmutableArray<Answer> GroupByQuestion(IEnumerable<Finding> findings) =>
        [
            .. findings
                .GroupBy(finding => finding.Question!)
                .OrderBy(question => Rank(question.Key))
                .Select(question => new Answer(question.Key, [.. question])),
        ];
}
