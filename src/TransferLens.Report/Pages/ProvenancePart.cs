using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Report;

namespace TransferLens.Pages;

/// <summary>Where the numbers come from.</summary>
internal static class ProvenancePart
{
    private const int ShownOfKey = 12;

    private static readonly Html Head = new("""
        <th scope="col">Task</th><th scope="col">Kind</th><th scope="col">Key</th><th scope="col" class="number">Took</th><th scope="col">Machine</th><th scope="col">Started (UTC)</th><th scope="col">Version</th>
        """);

    public static Html Of(ImmutableArray<ProvenanceLine> lines) => Html.Of($"""
        <section id="provenance" aria-labelledby="provenance-heading">
        <h2 id="provenance-heading">Provenance</h2>
        {(lines.IsEmpty ? Html.Of($"<p>No task is recorded.</p>") : TablePart.Of("provenance-table", Caption, Head, lines.Select(Row)))}
        </section>
        """);

    private static Html Caption => Html.Of($"Every task that made a number of this report; equal keys mean equal settings, inputs and code.");

    private static Html Row(ProvenanceLine line)
    {
        var started = line.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return Html.Of($"""
            <tr><th scope="row">{line.Task}</th><td>{line.Kind}</td><td><code title="{line.Key}">{line.Key[..Math.Min(ShownOfKey, line.Key.Length)]}</code></td><td class="number">{NumberText.Duration(line.Seconds)}</td><td>{line.Machine}</td><td>{started}</td><td>{line.Version}</td></tr>

            """);
    }
}
