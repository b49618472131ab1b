using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Text;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Pages;

/// <summary>The settings of the study and the table of its training runs.</summary>
internal static class RunsPart
{
    public static Html Render(ReportContent content)
    {
        var labels = content.Labels is { } table
            ? TablePart.Render(table, "labels-table", $"Table {PageReferences.LabelsTable}")
            : Html.Empty;
        return FoldedPart.Render(
            "runs",
            "The study and its runs",
            Html.Format($"{Setup(content.Setup)}\n{Runs(content.Runs)}{labels}")
        );
    }

    private static Html Setup(ImmutableArray<KeyValuePair<string, string>> setup)
    {
        var entries = setup.Select(entry => Html.Format($"<div><dt>{entry.Key}</dt><dd>{entry.Value}</dd></div>\n"));
        return setup.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <dl class="setup">
                {entries}</dl>
                """
            );
    }

    private static Html Runs(ImmutableArray<RunLine> runs)
    {
        if (runs.IsEmpty)
        {
            return Html.Format($"<p>The study has no training runs.</p>");
        }

        var number = $"Table {PageReferences.RunsTable}.";
        var caption = Html.Format(
            $"<strong>{number}</strong> The study's main runs with their 95 % bootstrap intervals over test images."
        );
        var isOneMetric = runs.Select(run => run.Metric).Distinct().Count() == 1;
        return TablePart.Render("runs-table", caption, Head(runs), runs.Select(run => Row(run, isOneMetric)));
    }

    // The heading has the unit if all scores are in percent.
    private static Html Head(ImmutableArray<RunLine> runs)
    {
        var percent = runs.All(run => run.Metric.IsPercent) ? ", %" : "";
        var metrics = Metric.Names(runs.Select(run => run.Metric));
        return Html.Join([
            TableCells.Heading("Target"),
            TableCells.Heading("Run"),
            TableCells.NumberHeading("Learning rate"),
            TableCells.NumberHeading("Seed"),
            TableCells.Heading("Status"),
            TableCells.NumberHeading($"Test {metrics}{percent}"),
            TableCells.NumberHeading($"95 % interval{percent}"),
            TableCells.NumberHeading("Test loss, nats"),
        ]);
    }

    private static Html Row(RunLine run, bool isOneMetric)
    {
        var format = FormatFor(run.Metric, isOneMetric);
        var interval = NumberText.Interval(run.Low, run.High, format, "", "");
        return TableCells.Row(
            TableCells.Text(run.Target),
            TableCells.RowHeading(run.Run),
            TableCells.Number(NumberText.Significant(run.LearningRate)),
            TableCells.Number(run.Seed),
            TableCells.Text(run.Status),
            TableCells.Number(OrAbsent(run.TestScore, format)),
            TableCells.Number(interval.Length > 0 ? interval : NumberText.Absent),
            TableCells.Number(OrAbsent(run.TestLoss, NumberText.Loss))
        );
    }

    private static Func<double, string> FormatFor(Metric metric, bool isOneMetric)
    {
        if (!metric.IsPercent)
        {
            return NumberText.Loss;
        }

        return isOneMetric ? NumberText.Percent : value => $"{NumberText.Percent(value)} %";
    }

    private static string OrAbsent(double? value, Func<double, string> format) =>
        value is { } number ? format(number) : NumberText.Absent;
}
