using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Report.Content;
using TransferLens.Report.Text;

namespace TransferLens.Report.Pages;

/// <summary>The origin of the numbers: time, machines and every task.</summary>
internal static class ProvenancePart
{
    private const int ShownKeyLength = 12;

    private static readonly Html KindHead = Html.Join([
        TableCells.Heading("Kind of task"),
        TableCells.NumberHeading("Tasks"),
        TableCells.NumberHeading("Duration"),
        TableCells.NumberHeading("Processor time"),
    ]);

    private static readonly Html EnvironmentHead = Html.Join([
        TableCells.Heading("Environment"),
        TableCells.Heading("Machine"),
        TableCells.Heading("Software"),
        TableCells.NumberHeading("Tasks"),
    ]);

    private static readonly Html TaskHead = Html.Join([
        TableCells.Heading("Task"),
        TableCells.Heading("Kind"),
        TableCells.Heading("Seeds"),
        TableCells.Heading("Key"),
        TableCells.NumberHeading("Duration"),
        TableCells.NumberHeading("Processor time"),
        TableCells.Heading("Started (UTC)"),
        TableCells.Heading("Environment"),
    ]);

    private sealed record TaskEnvironment(string Machine, string Software)
    {
        public static TaskEnvironment FromLine(ProvenanceLine line) =>
            new(line.Machine, $"TransferLens {line.Version}, {line.Software ?? "other versions were not recorded"}");
    }

    public static Html Render(ImmutableArray<ProvenanceLine> lines) =>
        FoldedPart.Render(
            "provenance",
            "Provenance",
            Html.Format(
                $"""
                {(lines.IsEmpty ? Html.Format($"<p>No tasks were recorded.</p>") : Tables(lines))}
                <p>Files next to this page: <code>results.json</code> contains every number, <code>tables/</code> the
                tables at full precision, <code>figures/</code> the figures for papers and slides,
                <code>checkpoints/</code> the final weights of the main runs and the weights that analyses produced,
                <code>tensorboard/</code> the curves of every training run, and <code>provenance.csv</code>
                every task with its full key.</p>
                """
            )
        );

    private static Html Tables(ImmutableArray<ProvenanceLine> lines)
    {
        var environments = lines.Select(TaskEnvironment.FromLine).Distinct().ToList();
        var kinds = lines.GroupBy(line => line.Kind).OrderByDescending(kind => kind.Sum(line => line.Seconds));
        var byKind = TablePart.Render(
            "provenance-kinds",
            Html.Format($"Duration by kind of task."),
            KindHead,
            kinds.Select(KindRow)
        );
        var byEnvironment = TablePart.Render(
            "provenance-environments",
            Html.Format($"Machines and software."),
            EnvironmentHead,
            environments.Select((environment, index) => EnvironmentRow(environment, index, lines))
        );
        var byTask = TablePart.Render(
            "provenance-table",
            Html.Format($"Every task behind the numbers. Equal keys mean equal settings, inputs and code."),
            TaskHead,
            lines.Select(line => TaskRow(line, environments.IndexOf(TaskEnvironment.FromLine(line))))
        );
        return Html.Format(
            $"""
            <p>{Total(lines)}</p>
            {byKind}
            {byEnvironment}
            {byTask}
            """
        );
    }

    private static string Total(ImmutableArray<ProvenanceLine> lines)
    {
        var duration = NumberText.Duration(lines.Sum(line => line.Seconds));
        var start = Format(lines.Min(line => line.Started));
        var end = Format(lines.Max(line => line.Started.AddSeconds(line.Seconds)));
        var tasks = lines.Length == 1 ? "1 task" : $"{lines.Length} tasks";
        return $"{tasks} ran between {start} and {end} (UTC). "
            + $"Durations add up to {duration}; tasks can run in parallel. "
            + $"{TotalProcessorTime(lines)} "
            + "Tasks reused from an earlier study are counted with their original duration.";
    }

    private static string TotalProcessorTime(ImmutableArray<ProvenanceLine> lines)
    {
        var recorded = lines.Where(line => line.ProcessorSeconds is not null).ToList();
        if (recorded.Count == 0)
        {
            return "Processor time was not recorded.";
        }

        var time = NumberText.Duration(recorded.Sum(line => line.ProcessorSeconds!.Value));
        return recorded.Count == lines.Length
            ? $"Processor time was {time} in total."
            : $"Processor time was {time}, recorded for {recorded.Count} of {lines.Length} tasks.";
    }

    private static Html KindRow(IGrouping<string, ProvenanceLine> kind) =>
        TableCells.Row(
            TableCells.RowHeading(kind.Key),
            TableCells.Number(kind.Count()),
            TableCells.Number(NumberText.Duration(kind.Sum(line => line.Seconds))),
            TableCells.Number(Duration(ProcessorSeconds(kind)))
        );

    private static double? ProcessorSeconds(IEnumerable<ProvenanceLine> lines) =>
        lines.All(line => line.ProcessorSeconds is not null) ? lines.Sum(line => line.ProcessorSeconds) : null;

    private static Html EnvironmentRow(TaskEnvironment environment, int index, ImmutableArray<ProvenanceLine> lines) =>
        TableCells.Row(
            TableCells.RowHeading(Name(index)),
            TableCells.Text(environment.Machine),
            TableCells.Text(environment.Software),
            TableCells.Number(lines.Count(line => TaskEnvironment.FromLine(line) == environment))
        );

    private static Html TaskRow(ProvenanceLine line, int environment)
    {
        var shownKey = line.Key[..Math.Min(ShownKeyLength, line.Key.Length)];
        return TableCells.Row(
            TableCells.RowHeading(line.Task),
            TableCells.Text(line.Kind),
            TableCells.Text(line.Seeds.Length > 0 ? line.Seeds : NumberText.Absent),
            TableCells.Text(Html.Format($"<code title=\"{line.Key}\">{shownKey}</code>")),
            TableCells.Number(NumberText.Duration(line.Seconds)),
            TableCells.Number(Duration(line.ProcessorSeconds)),
            Html.Format($"<td class=\"unbroken\">{Format(line.Started)}</td>"),
            TableCells.Text(Name(environment))
        );
    }

    private static string Duration(double? seconds) =>
        seconds is { } known ? NumberText.Duration(known) : NumberText.Absent;

    // A, B, ..., Z, then by number.
    private static string Name(int environment) =>
        environment < 26 ? $"{(char)('A' + environment)}" : $"{environment + 1}";

    private static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
