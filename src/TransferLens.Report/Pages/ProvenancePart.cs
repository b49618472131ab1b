using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Report.Content;

namespace TransferLens.Report.Pages;

/// <summary>Where the numbers come from: what it took, on what, and task by task.</summary>
internal static class ProvenancePart
{
    private const int ShownOfKey = 12;

    private static readonly Html KindHead = new(
        """
        <th scope="col">Kind of task</th><th scope="col" class="number">Tasks</th><th scope="col" class="number">Ran for</th><th scope="col" class="number">Processor time</th>
        """
    );

    private static readonly Html PlaceHead = new(
        """
        <th scope="col">Where</th><th scope="col">Machine</th><th scope="col">Software</th><th scope="col" class="number">Tasks</th>
        """
    );

    private static readonly Html TaskHead = new(
        """
        <th scope="col">Task</th><th scope="col">Kind</th><th scope="col">Seeds</th><th scope="col">Key</th><th scope="col" class="number">Ran for</th><th scope="col" class="number">Processor time</th><th scope="col">Started (UTC)</th><th scope="col">Where</th>
        """
    );

    public static Html Of(ImmutableArray<ProvenanceLine> lines) =>
        Html.Of(
            $"""
            <section id="provenance" aria-labelledby="provenance-heading">
            <h2 id="provenance-heading">Provenance</h2>
            {(lines.IsEmpty ? Html.Of($"<p>No task is recorded.</p>") : All(lines))}
            <p>Beside this page: <code>results.json</code> has every number of it, <code>tables/</code> its tables with all digits, <code>figures/</code> its figures for papers and slides, <code>provenance.csv</code> every task with its whole key.</p>
            </section>
            """
        );

    /// <summary>Every task with its whole key, as CSV.</summary>
    public static string Csv(ImmutableArray<ProvenanceLine> lines) =>
        Tables.Csv.Of(
            new(
                "provenance",
                "",
                [
                    "task",
                    "kind",
                    "seeds",
                    "key",
                    "seconds",
                    "processor seconds",
                    "started",
                    "machine",
                    "TransferLens",
                    "software",
                ],
                [
                    .. lines.Select(line =>
                        (ImmutableArray<object?>)
                            [
                                line.Task,
                                line.Kind,
                                line.Seeds,
                                line.Key,
                                line.Seconds,
                                line.ProcessorSeconds,
                                line.Started.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                                line.Machine,
                                line.Version,
                                line.Software,
                            ]
                    ),
                ]
            )
        );

    private static Html All(ImmutableArray<ProvenanceLine> lines)
    {
        var places = lines.Select(Place).Distinct().ToList();
        return Html.Of(
            $"""
            <p>{Total(lines)}</p>
            {TablePart.Of(
                "provenance-kinds",
                Html.Of($"What it took, by kind of task."),
                KindHead,
                lines.GroupBy(line => line.Kind).OrderByDescending(kind => kind.Sum(line => line.Seconds)).Select(Kind)
            )}
            {TablePart.Of(
                "provenance-places",
                Html.Of($"Where it ran."),
                PlaceHead,
                places.Select((place, number) => PlaceRow(place, number, lines))
            )}
            {TablePart.Of(
                "provenance-table",
                Html.Of(
                    $"Every task that made a number of this report; equal keys mean equal settings, inputs and code."
                ),
                TaskHead,
                lines.Select(line => Row(line, places.IndexOf(Place(line))))
            )}
            """
        );
    }

    private static string Total(ImmutableArray<ProvenanceLine> lines)
    {
        var recorded = lines.Where(line => line.ProcessorSeconds is not null).ToList();
        var processor =
            recorded.Count == 0
                ? "their processor time was not recorded"
                : $"{NumberText.Duration(recorded.Sum(line => line.ProcessorSeconds!.Value))} of processor time{(recorded.Count == lines.Length ? "" : $" in the {recorded.Count} that recorded it")}";
        return $"{lines.Length} tasks ran for {NumberText.Duration(lines.Sum(line => line.Seconds))} in all, {processor}, between {Time(lines.Min(line => line.Started))} and {Time(lines.Max(line => line.Started.AddSeconds(line.Seconds)))} (UTC). A task that an earlier study had computed was taken from the store and counts here with the time it took then.";
    }

    private static Html Kind(IGrouping<string, ProvenanceLine> kind) =>
        Html.Of(
            $"""
            <tr><th scope="row">{kind.Key}</th><td class="number">{kind.Count()}</td><td class="number">{NumberText.Duration(
                kind.Sum(line => line.Seconds)
            )}</td><td class="number">{(
                kind.All(line => line.ProcessorSeconds is not null)
                    ? NumberText.Duration(kind.Sum(line => line.ProcessorSeconds!.Value))
                    : NumberText.Absent
            )}</td></tr>

            """
        );

    private static Html PlaceRow(
        (string Machine, string Software) place,
        int number,
        ImmutableArray<ProvenanceLine> lines
    ) =>
        Html.Of(
            $"""
            <tr><th scope="row">{Name(
                number
            )}</th><td>{place.Machine}</td><td>{place.Software}</td><td class="number">{lines.Count(line =>
                Place(line) == place
            )}</td></tr>

            """
        );

    private static Html Row(ProvenanceLine line, int place) =>
        Html.Of(
            $"""
            <tr><th scope="row">{line.Task}</th><td>{line.Kind}</td><td>{(
                line.Seeds.Length > 0 ? line.Seeds : NumberText.Absent
            )}</td><td><code title="{line.Key}">{line.Key[
                ..Math.Min(ShownOfKey, line.Key.Length)
            ]}</code></td><td class="number">{NumberText.Duration(line.Seconds)}</td><td class="number">{(
                line.ProcessorSeconds is { } seconds ? NumberText.Duration(seconds) : NumberText.Absent
            )}</td><td class="whole">{Time(line.Started)}</td><td>{Name(place)}</td></tr>

            """
        );

    private static (string Machine, string Software) Place(ProvenanceLine line) =>
        (line.Machine, $"TransferLens {line.Version}, {line.Software ?? "further versions were not recorded"}");

    // A, B, ..., Z, then by number.
    private static string Name(int place) => place < 26 ? $"{(char)('A' + place)}" : $"{place + 1}";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
