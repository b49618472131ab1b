using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Pages;

/// <summary>What was asked, and the table of trainings.</summary>
internal static class RunsPart
{
    // In percent where all are accuracies; a mean AUC is written as it is.
    private static Html Head(ImmutableArray<RunLine> runs)
    {
        var percent = runs.All(run => run.Metric.IsPercent) ? ", %" : "";
        return Html.Of(
            $"""
            <th scope="col">Target</th><th scope="col">Run</th><th scope="col" class="number">Learning rate</th><th scope="col" class="number">Seed</th><th scope="col">Status</th><th scope="col" class="number">Test {Metric.Names(
                runs.Select(run => run.Metric)
            )}{percent}</th><th scope="col" class="number">95 % interval{percent}</th><th scope="col" class="number">Test loss, nats</th>
            """
        );
    }

    public static Html Of(ReportContent content) =>
        Html.Of(
            $"""
            <section id="runs" aria-labelledby="runs-heading">
            <h2 id="runs-heading">The study and its trainings</h2>
            {Setup(content.Setup)}
            {(
                content.Runs.IsEmpty
                    ? Html.Of($"<p>The study trains nothing.</p>")
                    : TablePart.Of(
                        "runs-table",
                        Caption,
                        Head(content.Runs),
                        content.Runs.Select(run => Row(run, content.Runs.All(one => one.Metric == run.Metric)))
                    )
            )}{(
                content.Labels is { } labels
                    ? TablePart.Of(labels, "labels-table", $"Table {PagePlaces.LabelsTable}")
                    : Html.Empty
            )}
            </section>
            """
        );

    private static Html Setup(ImmutableArray<KeyValuePair<string, string>> setup) =>
        setup.IsEmpty
            ? Html.Empty
            : Html.Of(
                $"""
                <dl class="setup">
                {setup.Select(entry => Html.Of($"<div><dt>{entry.Key}</dt><dd>{entry.Value}</dd></div>\n"))}</dl>
                """
            );

    private static Html Caption =>
        Html.Of(
            $"<strong>Table {PagePlaces.RunsTable}.</strong> Every training, measured on the test images; the interval is the 95 % bootstrap interval over them."
        );

    private static Html Row(RunLine run, bool alone)
    {
        Func<double, string> number =
            !run.Metric.IsPercent ? NumberText.Loss
            : alone ? NumberText.Percent
            : value => $"{NumberText.Percent(value)} %";
        var interval = NumberText.Interval(run.Low, run.High, number, "", "");
        return Html.Of(
            $"""
            <tr><td>{run.Target}</td><th scope="row">{run.Run}</th><td class="number">{NumberText.Significant(
                run.LearningRate
            )}</td><td class="number">{run.Seed}</td><td>{run.Status}</td><td class="number">{Or(
                run.TestScore,
                number
            )}</td><td class="number">{(interval.Length > 0 ? interval : NumberText.Absent)}</td><td class="number">{Or(
                run.TestLoss,
                NumberText.Loss
            )}</td></tr>

            """
        );
    }

    private static string Or(double? value, Func<double, string> text) =>
        value is { } number ? text(number) : NumberText.Absent;
}
