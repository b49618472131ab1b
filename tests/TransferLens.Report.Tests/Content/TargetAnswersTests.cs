using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tests.Content;

public class TargetAnswersTests
{
    [Fact]
    public void Findings_that_differ_in_their_number_alone_share_a_row()
    {
        var answers = TargetAnswers.Group([
            Basin(0.04, "Uncertain", "barrier, lr 0.02"),
            Basin(0.02, "Uncertain", "barrier, lr 0.1"),
            Basin(0.3, "No: a barrier separates them", "barrier, lr 0.4"),
            Basin(0.01, "Uncertain", "barrier, lr 0.8", Confidence.Medium),
            Basin(0.05, null, "barrier, lr 1"),
            Basin(0.05, null, "barrier, lr 2"),
        ]);
        Assert.Equal([[0.04, 0.02], [0.3], [0.01], [0.05], [0.05]], Rows(answers));
    }

    [Fact]
    public void Numbers_that_could_not_be_told_apart_have_rows_of_their_own()
    {
        var answers = TargetAnswers.Group([
            Basin(0.04, "Uncertain", "barrier, 95 % interval over seeds"),
            Basin(0.02, "Uncertain", "barrier, 95 % interval over test images"),
        ]);
        Assert.Equal([[0.04], [0.02]], Rows(answers));
    }

    private static IEnumerable<IEnumerable<double>> Rows(IEnumerable<TargetAnswers> answers) =>
        Assert.Single(Assert.Single(answers).Answers).Rows.Select(row => row.Select(Value));

    private static double Value(Finding finding) => finding.Evidence[0].Value;

    private static Finding Basin(
        double barrier,
        string? answer,
        string name,
        Confidence confidence = Confidence.Low
    ) =>
        new(
            "performance_barrier",
            $"A barrier of {barrier}.",
            confidence,
            [new(name, barrier, 0, 1, "accuracy difference")],
            "Measure the average."
        )
        {
            Question = Question.Basin,
            Answer = answer,
        };
}
