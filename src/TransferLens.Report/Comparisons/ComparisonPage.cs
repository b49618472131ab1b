using System.Collections.Immutable;
using TransferLens.Report.Content;
using TransferLens.Report.Pages;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>The page of a comparison: how the studies differ, what they answer, what they measured.</summary>
internal static class ComparisonPage
{
    public static string Of(Comparison comparison, ImmutableArray<Figure> figures) =>
        PageFrame.Of(
            "Comparison",
            Html.Of(
                $"""
                <div class="page">
                <header>
                <p class="product">TransferLens comparison</p>
                <h1>{comparison.Studies.Length} studies side by side</h1>
                <p class="subtitle">{string.Join(", ", comparison.Studies.Select(study => study.Name))}</p>
                </header>
                <nav aria-label="On this page">
                <ul>
                <li><a href="#differences">How the studies differ</a></li>
                <li><a href="#answers">What they answer</a></li>
                <li><a href="#numbers">What they measured</a></li>
                <li><a href="#provenance">Provenance</a></li>
                </ul>
                </nav>
                <main id="content" tabindex="-1">
                {Differences(comparison)}
                {Answers(comparison)}
                {Numbers(comparison, figures)}
                {Provenance(comparison)}
                </main>
                </div>
                """
            )
        );

    private static Html Differences(Comparison comparison) =>
        Html.Of(
            $"""
        <section id="differences" aria-labelledby="differences-heading">
        <h2 id="differences-heading">How the studies differ</h2>
        {(comparison.Differences.IsEmpty
            ? Html.Of($"<p>Every setting that their results record is the same.</p>")
            : Html.Of($"{TablePart.Of(ComparisonTables.Differences(comparison), "differences-table", "Table 1", open: true)}<p class=\"lead\">The other {comparison.Same} settings that their results record are the same in all.</p>"))}
        {(comparison.Limits.IsEmpty ? Html.Empty : Html.Of($"""
        <h3>What cannot be compared</h3>
        <ul>
        {comparison.Limits.Select(limit => Html.Of($"<li>{limit}</li>\n"))}</ul>
        """))}
        </section>

        """
        );

    private static Html Answers(Comparison comparison) =>
        Html.Of(
            $"""
            <section id="answers" aria-labelledby="answers-heading">
            <h2 id="answers-heading">What they answer</h2>
            {(
                comparison.Answers.IsEmpty
                    ? Html.Of($"<p>No finding of these studies answers a question of whoever must decide.</p>")
                    : AnswerTable(comparison)
            )}
            </section>

            """
        );

    private static Html AnswerTable(Comparison comparison) =>
        Html.Of(
            $"""
            <div class="scroll" role="region" aria-labelledby="answers-table-caption" tabindex="0">
            <table class="stacked">
            <caption id="answers-table-caption"><span><strong>Table 2.</strong> Each question, answered by each study in its own words.</span></caption>
            <thead><tr><th scope="col">Study</th><th scope="col">Target</th><th scope="col">Answer</th><th scope="col">Confidence</th></tr></thead>
            {comparison.Answers.Select(question =>
                Html.Of(
                    $"<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"4\">{question.Question}</th></tr>\n{question.Answers.Select(Row)}</tbody>\n"
                )
            )}</table>
            </div>
            """
        );

    private static Html Row(StudyAnswer answer) =>
        Html.Of(
            $"""
            <tr><th scope="row">{answer.Study}</th><td>{answer.Target
                ?? "all"}</td><td class="prose">{answer.Finding.Sentence}{(
                answer.Finding.Recommendation is { } advice ? Html.Of($" <em>{advice}</em>") : Html.Empty
            )}</td><td>{FindingsPart.Level(answer.Finding.Confidence)}</td></tr>

            """
        );

    private static Html Numbers(Comparison comparison, ImmutableArray<Figure> figures)
    {
        var measures = ComparisonTables
            .Measures(comparison)
            .Where(measure => comparison.Targets.Any(one => measure.Of(one.Target) is not null))
            .ToList();
        var head = measures.Select(measure =>
            Html.Of(
                $"<th scope=\"col\" class=\"number\">{measure.Name}{(comparison.Targets.Any(one => !one.Target.Metric.IsPercent) ? "" : measure.Name.EndsWith("accuracy", StringComparison.Ordinal) ? ", %" : ", points")}</th>"
            )
        );
        return Html.Of(
            $"""
            <section id="numbers" aria-labelledby="numbers-heading">
            <h2 id="numbers-heading">What they measured</h2>
            {figures.Select((figure, place) => FigurePart.Of(figure, $"{figure.Name}-{place + 1}", $"Figure {place + 1}"))}
            {TablePart.Of("numbers-table", Html.Of($"<strong>Table 3.</strong> Means with their ranges in brackets, as the figures show them; the earliest checkpoint is the first that is no worse than the last.{Units(comparison)}"),
                Html.Of($"<th scope=\"col\">Study</th><th scope=\"col\">Target</th>{head}<th scope=\"col\" class=\"number\">earliest checkpoint</th>"),
                comparison.Targets.Select(one => NumberRow(one.Study, one.Target, measures)))}
            </section>

            """
        );
    }

    // Where some are mean AUCs, headings cannot have one unit.
    private static string Units(Comparison comparison) =>
        comparison.Targets.Select(one => one.Target.Metric).Distinct().Count() > 1
            ? " Accuracies are in percent and their differences in points, with one decimal; mean AUCs and their differences have three."
            : "";

    private static Html NumberRow(
        ComparedStudy study,
        ComparedTarget target,
        IEnumerable<(string Name, Func<ComparedTarget, Measured?> Of)> measures
    ) =>
        Html.Of(
            $"""
            <tr><th scope="row">{study.Name}</th><td>{target.Target}</td>{measures.Select(measure =>
                Html.Of($"<td class=\"number\">{Text(measure.Of(target), target.Metric)}</td>")
            )}<td class="number">{(
                target.EarliestEpoch is { } epoch ? $"epoch {epoch} of {target.LastEpoch}" : NumberText.Absent
            )}</td></tr>

            """
        );

    private static string Text(Measured? measured, Metric metric)
    {
        Func<double, string> number = metric.IsPercent ? NumberText.Percent : NumberText.Loss;
        return measured is null
            ? NumberText.Absent
            : $"{number(measured.Value)}{NumberText.Interval(measured.Low, measured.High, number, " (", ")")}";
    }

    private static Html Provenance(Comparison comparison) =>
        Html.Of(
            $"""
        <section id="provenance" aria-labelledby="provenance-heading">
        <h2 id="provenance-heading">Provenance</h2>
        {TablePart.Of("provenance-table", Html.Of($"<strong>Table 4.</strong> The results that were compared; how each number was computed stands in the study's own report."),
            Html.Of($"<th scope=\"col\">Study</th><th scope=\"col\">Findings</th><th scope=\"col\">SHA-256 of its results.json</th>"),
            comparison.Studies.Select(study => Html.Of($"<tr><th scope=\"row\">{study.Name}</th><td class=\"number\">{study.Findings.Length}</td><td><code class=\"long\">{study.Digest}</code></td></tr>\n")))}
        <p>Beside this page: <code>comparison.json</code> has all of it, <code>tables/</code> its tables with all digits, <code>figures/</code> its figures.</p>
        </section>

        """
        );
}
