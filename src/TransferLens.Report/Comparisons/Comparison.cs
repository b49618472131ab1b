using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Comparisons;

/// <summary>A setting that differs between studies.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Values">Its value in each study, in the order of the studies; null where a study lacks it.</param>
public sealed record Difference(string Setting, ImmutableArray<string?> Values);

/// <summary>The answer of one study to a question.</summary>
/// <param name="Study">The study's name.</param>
/// <param name="Target">The target; null for all targets.</param>
/// <param name="Finding">The finding that answers the question.</param>
public sealed record StudyAnswer(string Study, string? Target, Finding Finding);

/// <summary>A comparison of finished studies.</summary>
/// <param name="Studies">The studies, at least two.</param>
/// <param name="Differences">Settings that differ between the studies.</param>
/// <param name="Same">The number of settings that are equal in all studies.</param>
/// <param name="Limits">What cannot be compared and why, one sentence each.</param>
public sealed record Comparison(
    ImmutableArray<ComparedStudy> Studies,
    ImmutableArray<Difference> Differences,
    int Same,
    ImmutableArray<string> Limits
)
{
    /// <summary>All targets of all studies, in order.</summary>
    public ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> Targets =>
        [.. Studies.SelectMany(study => study.Targets.Select(target => (study, target)))];

    /// <summary>The answers by question, in the order of <see cref="Question.All"/>.</summary>
    public ImmutableArray<(string Question, ImmutableArray<StudyAnswer> Answers)> Answers =>
        [
            .. Studies
                .SelectMany(AnswersOf)
                .GroupBy(one => one.Question)
                .OrderBy(question => TargetAnswers.Rank(question.Key))
                .Select(question => (question.Key, question.Select(one => one.Answer).ToImmutableArray())),
        ];

    /// <summary>Compares studies.</summary>
    /// <param name="studies">At least two.</param>
    public static Comparison Create(ImmutableArray<ComparedStudy> studies)
    {
        var names = studies.SelectMany(study => study.Settings.Select(setting => setting.Key)).Distinct().ToList();
        var all = names.Select(name => new Difference(name, [.. studies.Select(study => Value(study, name))])).ToList();
        ImmutableArray<Difference> differences = [.. all.Where(one => one.Values.Distinct().Count() > 1)];
        return new(studies, differences, all.Count - differences.Length, ComparisonLimits.Create(studies));
    }

    private static IEnumerable<(string Question, StudyAnswer Answer)> AnswersOf(ComparedStudy study) =>
        from target in TargetAnswers.Group(study.Findings)
        from answer in target.Answers
        from finding in answer.Findings
        select (answer.Question, new StudyAnswer(study.Name, target.Target, finding));

    private static string? Value(ComparedStudy study, string name) =>
        study.Settings.Where(setting => setting.Key == name).Select(setting => setting.Value).FirstOrDefault();
}
