using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>The relative drop without pretraining over block sizes, one line per target of a study.</summary>
internal static class ComparedDrops
{
    /// <summary>The chart; nothing if fewer than two targets have drops.</summary>
    public static IEnumerable<LineChart> Create(ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets)
    {
        var measured = targets.Where(one => !one.Target.Drops.IsEmpty).ToImmutableArray();
        if (measured.Length < 2)
        {
            return [];
        }

        var names = ComparedNames.Create(measured);
        var blocks = measured
            .SelectMany(one => one.Target.Drops.Select(drop => drop.Block))
            .Distinct()
            .OrderBy(Size)
            .ToImmutableArray();
        var lines = measured.Select((one, index) => CreateLine(names[index], index, one.Target.Drops, blocks));
        var scores = Metric.Plurals(measured.Select(one => one.Target.Metric));
        var title =
            "Relative drop without pretraining by size of the shuffled blocks. "
            + $"Bands: all combinations of the ranges of the two {scores}.";
        var descriptions = measured.Zip(names, (one, name) => $"{name} {Describe(one.Target.Drops)}");
        var description = $"Lines over {string.Join(", ", blocks)}: {string.Join("; ", descriptions)} percent.";
        var panel = new LinePanel("", "block size (pixels)", "100 (P-T - RI-T) / P-T (%)", [.. lines])
        {
            Positions = blocks,
        };
        return [new("relative_drop", title, description, [panel])];
    }

    private static Line CreateLine(
        string name,
        int group,
        ImmutableArray<ComparedBlock> drops,
        ImmutableArray<string> blocks
    )
    {
        return new(
            name,
            group,
            [.. blocks.Select((_, index) => (double)index)],
            Values(drop => drop.Value),
            Values(drop => drop.Low ?? drop.Value),
            Values(drop => drop.High ?? drop.Value)
        );

        ImmutableArray<double> Values(Func<Measured, double> part) =>
            [
                .. blocks
                    .Select(block => drops.FirstOrDefault(drop => drop.Block == block))
                    .Select(drop => drop is null ? double.NaN : part(drop.Drop)),
            ];
    }

    private static string Describe(ImmutableArray<ComparedBlock> drops) =>
        string.Join(", ", drops.Select(drop => drop.Drop.Value.ToString("0", CultureInfo.InvariantCulture)));

    // Channels, whose block size is not a number, come first.
    private static int Size(string block) =>
        int.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
}
