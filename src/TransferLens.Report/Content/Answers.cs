using System.Collections.Immutable;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>What was found on one target to one question; the first finding is the answer, the others stand beside it.</summary>
/// <param name="Question">One of <see cref="Question"/>.</param>
/// <param name="Findings">At least one, in the order in which the analyses state them.</param>
public sealed record Answer(string Question, ImmutableArray<Finding> Findings);

/// <summary>The answers on one target.</summary>
/// <param name="Target">The target as the study names it; null for what is about none or all of them.</param>
/// <param name="Answers">In the order of <see cref="Question.All"/>.</param>
public sealed record TargetAnswers(string? Target, ImmutableArray<Answer> Answers)
{
    /// <summary>Findings arranged by target, then by question; what answers no question is left out. Targets stand in the order in which they are first named, what is about all of them last.</summary>
    /// <param name="findings">Findings of a study.</param>
    public static ImmutableArray<TargetAnswers> Of(IEnumerable<Finding> findings)
    {
        var answers = findings.Where(finding => finding.Question is not null).ToList();
        return
        [
            .. answers
                .GroupBy(finding => finding.Target)
                .OrderBy(target => target.Key is null)
                .Select(target => new TargetAnswers(
                    target.Key,
                    [
                        .. target
                            .GroupBy(finding => finding.Question!)
                            .OrderBy(question => Place(question.Key))
                            .Select(question => new Answer(question.Key, [.. question])),
                    ]
                )),
        ];
    }

    /// <summary>Questions that no finding answers.</summary>
    /// <param name="findings">Findings of a study.</param>
    public static ImmutableArray<string> Open(IEnumerable<Finding> findings)
    {
        var answered = findings.Select(finding => finding.Question).ToHashSet();
        return [.. Question.All.Where(question => !answered.Contains(question))];
    }

    /// <summary>Where a question stands; one that is not in the list comes after all that are.</summary>
    internal static int Place(string question) =>
        (Question.All.IndexOf(question) + Question.All.Length + 1) % (Question.All.Length + 1);
}
