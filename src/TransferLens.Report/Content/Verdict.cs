using System.Collections.Immutable;
using TransferLens.Report.Text;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Content;

/// <summary>The study in one sentence: the first question that it answers, target by target.</summary>
internal static class Verdict
{
    /// <summary>
    /// For one target the headline of the first answer. For several the answer and its number for each, for example
    /// <c>Does pretraining help? On cartoon (13.8 points) and photo (29.9 points): yes.</c> Null where nothing is
    /// answered.
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
            : string.Join(" ", first.GroupBy(finding => finding.Answer!).Select(answer => Same(question, answer)));
    }

    private static string Same(string question, IGrouping<string, Finding> answer)
    {
        ImmutableArray<string> numbers = [.. answer.Select(Number)];
        var places = numbers.Length == 1 ? numbers[0] : $"{string.Join(", ", numbers[..^1])} and {numbers[^1]}";
        return $"{question} On {places}: {Lower(answer.Key)}.";
    }

    // Within a sentence; a name such as P-T stays.
    private static string Lower(string answer) =>
        answer.Length > 1 && (char.IsLower(answer[1]) || answer[1] == ' ')
            ? $"{char.ToLowerInvariant(answer[0])}{answer[1..]}"
            : answer;

    private static string Number(Finding finding) =>
        $"{finding.Target} ({NumberText.WithUnit(finding.Evidence[0] with { Low = null, High = null })})".Trim();
}
