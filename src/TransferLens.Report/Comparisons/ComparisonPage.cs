using System.Collections.Immutable;
using TransferLens.Report.Pages;
using TransferLens.Report.Text;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>The page of a comparison: differences, answers, measurements and provenance.</summary>
internal static class ComparisonPage
{
    private static readonly string[] Headings = ["Study", "Target", "Answer", "Confidence"];

    public static string Render(Comparison comparison, ImmutableArray<Figure> figures)
    {
        var body = Html.Format(
            $"""
            <div class="page">
            <header>
            <p class="product">TransferLens comparison</p>
            <h1>Comparison of {comparison.Studies.Length} studies</h1>
            <p class="subtitle">{string.Join(", ", comparison.Studies.Select(study => study.Name))}</p>
            </header>
            <div class="columns">
            <nav aria-label="On this page">
            <ul>
            <li><a href="#differences">Differences</a></li>
            <li><a href="#answers">Answers</a></li>
            <li><a href="#numbers">Measurements</a></li>
            <li><a href="#provenance">Provenance</a></li>
            </ul>
            </nav>
            <main id="content" tabindex="-1">
            {Differences(comparison)}
            {Answers(comparison)}
            {Measurements(comparison, figures)}
            {Provenance(comparison)}
            </main>
            </div>
            </div>
            """
        );
        return PageFrame.Render("Comparison", body);
    }

    private static Html Differences(Comparison comparison) =>
        Html.Format(
            $"""
            <section id="differences" aria-labelledby="differences-heading">
            <h2 id="differences-heading">Differences</h2>
            {DifferenceTable(comparison)}
            {Limits(comparison)}
            </section>

            """
        );

    private static Html DifferenceTable(Comparison comparison)
    {
        if (comparison.Differences.IsEmpty)
        {
            return Html.Format($"<p>All recorded settings are equal.</p>");
        }

        var differences = ComparisonTables.Differences(comparison);
        var table = TablePart.Render(differences, "differences-table", "Table 1", open: true);
        return Html.Format(
            $"{table}<p class=\"lead\">The other {comparison.Same} recorded settings are equal in all studies.</p>"
        );
    }

    private static Html Limits(Comparison comparison) =>
        comparison.Limits.IsEmpty
            ? Html.Empty
            : Html.Format(
                $"""
                <h3>What cannot be compared</h3>
                <ul>
                {comparison.Limits.Select(limit => Html.Format($"<li>{limit}</li>\n"))}</ul>
                """
            );

    private static Html Answers(Comparison comparison) =>
        Html.Format(
            $"""
            <section id="answers" aria-labelledby="answers-heading">
            <h2 id="answers-heading">Answers</h2>
            {(
                comparison.Answers.IsEmpty
                    ? Html.Format($"<p>No finding of these studies answers one of the main questions.</p>")
                    : AnswerTable(comparison)
            )}
            </section>

            """
        );

    private static Html AnswerTable(Comparison comparison)
    {
        var caption = Html.Format($"<strong>Table 2.</strong> The answers of each study by question.");
        var head = TableCells.Row(Headings.Select(TableCells.Heading));
        return Html.Format(
            $"""
            <div class="scroll" role="region" aria-labelledby="answers-table-caption" tabindex="0">
            <table class="stacked">
            <caption id="answers-table-caption"><span>{caption}</span></caption>
            <thead>{head}</thead>
            {comparison.Answers.Select(question => QuestionRows(question.Question, question.Answers))}</table>
            </div>
            """
        );
    }

    private static Html QuestionRows(string question, ImmutableArray<StudyAnswer> answers) =>
        Html.Format(
            $"""
            <tbody>
            <tr><th scope="rowgroup" colspan="4">{question}</th></tr>
            {answers.Select(AnswerRow)}</tbody>

            """
        );

    private static Html AnswerRow(StudyAnswer answer)
    {
        var advice = answer.Finding.Recommendation is { } text ? Html.Format($" <em>{text}</em>") : Html.Empty;
        return TableCells.Row(
            TableCells.RowHeading(answer.Study),
            TableCells.Text(answer.Target ?? "all"),
            Html.Format($"<td class=\"prose\">{answer.Finding.Sentence}{advice}</td>"),
            TableCells.Text(FindingsPart.Level(answer.Finding.Confidence))
        );
    }

    private static Html Measurements(Comparison comparison, ImmutableArray<Figure> figures)
    {
        var parts = figures.Select(
            (figure, index) => FigurePart.Render(figure, $"{figure.Name}-{index + 1}", $"Figure {index + 1}")
        );
        return Html.Format(
            $"""
            <section id="numbers" aria-labelledby="numbers-heading">
            <h2 id="numbers-heading">Measurements</h2>
            {parts}
            {NumberTable(comparison)}
            </section>

            """
        );
    }

    private static Html NumberTable(Comparison comparison)
    {
        var measures = ComparisonTables
            .Measures(comparison)
            .Where(measure => comparison.Targets.Any(one => measure.Select(one.Target) is not null))
            .ToList();
        var caption = Html.Format(
            $"""
            <strong>Table 3.</strong> Means with ranges in parentheses, as in the figures. The earliest checkpoint is
            the first that is no worse than the last.{Units(comparison)}
            """
        );
        var head = Html.Join([
            TableCells.Heading("Study"),
            TableCells.Heading("Target"),
            .. measures.Select(measure => TableCells.NumberHeading($"{measure.Name}{Unit(comparison, measure.Name)}")),
            TableCells.NumberHeading("earliest checkpoint"),
        ]);
        var rows = comparison.Targets.Select(one =>
            NumberRow(one.Study, one.Target, measures.Select(measure => measure.Select(one.Target)))
        );
        return TablePart.Render("numbers-table", caption, head, rows);
    }

    // The unit of a column, if all targets have the same.
    private static string Unit(Comparison comparison, string measure)
    {
        if (comparison.Targets.Any(one => !one.Target.Metric.IsPercent))
        {
            return "";
        }

        // Scores are named after their metric, differences are not.
        var metrics = Metric.Names(comparison.Targets.Select(one => one.Target.Metric));
        return measure.EndsWith(metrics, StringComparison.Ordinal) ? ", %" : ", points";
    }

    // Columns with scores of different metrics have no common unit.
    private static string Units(Comparison comparison) =>
        comparison.Targets.Select(one => one.Target.Metric).Distinct().Count() > 1
            ? " Accuracies are in percent and their differences in points, with one decimal. "
                + "Mean AUCs and their differences have three decimals."
            : "";

    private static Html NumberRow(ComparedStudy study, ComparedTarget target, IEnumerable<Measured?> numbers)
    {
        var checkpoint = target.EarliestEpoch is { } epoch ? $"epoch {epoch} of {target.LastEpoch}" : NumberText.Absent;
        return TableCells.Row([
            TableCells.RowHeading(study.Name),
            TableCells.Text(target.Target),
            .. numbers.Select(number => TableCells.Number(Text(number, target.Metric))),
            TableCells.Number(checkpoint),
        ]);
    }

    private static string Text(Measured? measured, Metric metric)
    {
        Func<double, string> format = metric.IsPercent ? NumberText.Percent : NumberText.Loss;
        return measured is null
            ? NumberText.Absent
            : $"{format(measured.Value)}{NumberText.Interval(measured.Low, measured.High, format, " (", ")")}";
    }

    private static Html Provenance(Comparison comparison)
    {
        var caption = Html.Format(
            $"""
            <strong>Table 4.</strong> The compared results. The report of each study describes how its numbers were
            computed.
            """
        );
        var head = Html.Join([
            TableCells.Heading("Study"),
            TableCells.Heading("Findings"),
            TableCells.Heading("SHA-256 of results.json"),
        ]);
        var table = TablePart.Render("provenance-table", caption, head, comparison.Studies.Select(ProvenanceRow));
        return Html.Format(
            $"""
            <section id="provenance" aria-labelledby="provenance-heading">
            <h2 id="provenance-heading">Provenance</h2>
            {table}
            <p>Files next to this page: <code>comparison.json</code> contains the whole comparison, <code>tables/</code>
            the tables at full precision, and <code>figures/</code> the figures.</p>
            </section>

            """
        );
    }

    private static Html ProvenanceRow(ComparedStudy study) =>
        TableCells.Row(
            TableCells.RowHeading(study.Name),
            TableCells.Number(study.Findings.Length),
            TableCells.Text(Html.Format($"<code class=\"long\">{study.Digest}</code>"))
        );
}
