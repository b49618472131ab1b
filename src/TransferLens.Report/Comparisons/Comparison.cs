using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Comparisons;

/// <summary>A setting that is not the same in all studies.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Values">Its value in each study, in their order; null where a study does not have it.</param>
public sealed record Difference(string Setting, ImmutableArray<string?> Values);

/// <summary>What one study says to a question.</summary>
/// <param name="Study">Its name.</param>
/// <param name="Target">The target; null for all of them.</param>
/// <param name="Finding">What it says.</param>
public sealed record StudyAnswer(string Study, string? Target, Finding Finding);

/// <summary>Finished studies side by side.</summary>
/// <param name="Studies">The studies, at least two.</param>
/// <param name="Differences">Settings that are not the same in all.</param>
/// <param name="Same">How many settings are the same in all.</param>
/// <param name="Limits">What cannot be compared and why, one sentence each.</param>
public sealed record Comparison(
    ImmutableArray<ComparedStudy> Studies,
    ImmutableArray<Difference> Differences,
    int Same,
    ImmutableArray<string> Limits
)
{
    /// <summary>Every target of every study, in order.</summary>
    public ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> Targets =>
        [.. Studies.SelectMany(study => study.Targets.Select(target => (study, target)))];

    /// <summary>The answers question by question, in the order of <see cref="Question.All"/>.</summary>
    public ImmutableArray<(string Question, ImmutableArray<StudyAnswer> Answers)> Answers
    {
        get
        {
            var all = Studies
                .SelectMany(study =>
                    TargetAnswers
                        .Of(study.Findings)
                        .SelectMany(target =>
                            target.Answers.SelectMany(answer =>
                                answer.Findings.Select(finding =>
                                    (answer.Question, Answer: new StudyAnswer(study.Name, target.Target, finding))
                                )
                            )
                        )
                )
                .ToList();
            return
            [
                .. all.GroupBy(one => one.Question)
                    .OrderBy(question => TargetAnswers.Place(question.Key))
                    .Select(question => (question.Key, question.Select(one => one.Answer).ToImmutableArray())),
            ];
        }
    }

    /// <summary>Holds studies against each other.</summary>
    /// <param name="studies">At least two.</param>
    public static Comparison Of(ImmutableArray<ComparedStudy> studies)
    {
        var names = studies.SelectMany(study => study.Settings.Select(setting => setting.Key)).Distinct().ToList();
        var all = names.Select(name => new Difference(name, [.. studies.Select(study => Value(study, name))])).ToList();
        ImmutableArray<Difference> differences = [.. all.Where(one => one.Values.Distinct().Count() > 1)];
        return new(studies, differences, all.Count - differences.Length, ComparisonLimits.Of(studies));
    }

    private static string? Value(ComparedStudy study, string name) =>
        study.Settings.Where(setting => setting.Key == name).Select(setting => setting.Value).FirstOrDefault();
}
