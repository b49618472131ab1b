using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tests.Content;

public sealed class FindingsTextTests
{
    [Fact]
    public void An_answer_shows_question_finding_evidence_and_recommendation()
    {
        var content = SampleReport.Content();
        Assert.Equal(
            """
             1. Do fine-tuned models lie in the same basin?
                Runs from the checkpoint share a basin: along the line between two of them, accuracy never falls
                by more than 0.4 points.
                - Barrier between P-T seeds 1 and 2, accuracy, 95 % interval over test images: 0.4 points (0.1
                  to 0.9)
                - Barrier between RI-T seeds 1 and 2, accuracy: 41.2 points (39.0 to 43.3)
                - Barrier between P-T seeds 1 and 2, loss: 0.012 nats
                Confidence: high.
                What to do: Average the weights of your fine-tuned networks: it costs nothing and keeps the
                accuracy.

            The report has 1 more finding, which explains these.

            """,
            Text(content with { Findings = [content.Findings[1], content.Findings[0]] }),
            ignoreLineEndingDifferences: true
        );
    }

    [Fact]
    public void Answers_are_grouped_by_target_in_the_order_of_the_questions()
    {
        var findings = new[] { Question.Checkpoint, Question.Gain }.Select(question => new Finding(
            "a",
            $"{question} s.",
            Confidence.Low,
            []
        )
        {
            Question = question,
            Target = "sketch",
        });
        var text = Text(
            SampleReport.Content() with
            {
                Findings =
                [
                    .. findings,
                    new Finding("a", "All.", Confidence.Low, []) { Question = Question.Gain },
                    new Finding("a", "Real.", Confidence.Low, []) { Question = Question.Gain, Target = "real" },
                ],
            }
        );
        var positions = new[] { "On sketch", Question.Gain, Question.Checkpoint, "On real", "On all targets" }
            .Select(words => text.IndexOf(words, StringComparison.Ordinal))
            .ToList();
        Assert.Equal(positions.Order(), positions);
        Assert.DoesNotContain(-1, positions);
    }

    [Fact]
    public void If_no_finding_answers_a_question_all_findings_are_shown() =>
        Assert.Equal(
            [" 1. One.", "    Confidence: low.", "", " 2. Two.", "    Confidence: low.", ""],
            Text(
                    SampleReport.Content() with
                    {
                        Findings =
                        [
                            new Finding("a", "One.", Confidence.Low, []),
                            new Finding("a", "Two.", Confidence.Low, []),
                        ],
                    }
                )
                .ReplaceLineEndings("\n")
                .Split('\n')
        );

    [Fact]
    public void Lines_are_at_most_100_characters_long()
    {
        var text = string.Join(' ', Enumerable.Range(0, 200).Select(i => new string('w', 1 + (i % 17))));
        var content = SampleReport.Content() with
        {
            Findings = [new Finding("a", text, Confidence.Low, [new Evidence(text, 1, null, null, "")], text)],
        };
        Assert.All(Text(content).Split('\n'), line => Assert.True(line.TrimEnd().Length <= 100, line));
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        var content = SampleReport.Content() with
        {
            Findings = [new Finding("a", "red \u001b[31m\r\nalert", Confidence.Low, [])],
        };
        Assert.Contains("red [31m alert", Text(content), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_without_findings_says_so() =>
        Assert.StartsWith(
            "There are no findings",
            Text(SampleReport.Content() with { Findings = [] }),
            StringComparison.Ordinal
        );

    private static string Text(ReportContent content)
    {
        using var writer = new StringWriter();
        FindingsText.Write(writer, content);
        return writer.ToString();
    }
}
