using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Report.Content;
using TransferLens.Studies.Findings;

namespace TransferLens.Report.Tables;

/// <summary>The tasks of a report with their full keys, as a table.</summary>
internal static class ProvenanceTable
{
    private static readonly ImmutableArray<string> Columns =
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
    ];

    public static Table Create(ImmutableArray<ProvenanceLine> lines) =>
        new("provenance", "", Columns, [.. lines.Select(Row)]);

    private static ImmutableArray<object?> Row(ProvenanceLine line) =>
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
        ];
}
