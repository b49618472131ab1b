using System.Globalization;
using System.Text;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>Simulates many cells and writes their rates as Markdown.</summary>
internal static class CoverageReport
{
    private const int PairDraws = 4000;
    private const int BandDraws = 400;
    private static readonly double[] Noises = [0, 1, 3];

    /// <summary>The rates of each cell; its seed is its position, so the order of work does not matter.</summary>
    public static Dictionary<SimulatedCell, SimulatedRates> Simulate(SimulatedCell[] cells, int draws)
    {
        var rates = new SimulatedRates[cells.Length];
        Parallel.For(0, cells.Length, i => rates[i] = CoverageSimulation.Run(cells[i], draws, (ulong)i + 1));
        return cells.Zip(rates).ToDictionary(one => one.First, one => one.Second);
    }

    public static string Write(
        Dictionary<SimulatedCell, SimulatedRates> grid,
        Dictionary<SimulatedCell, SimulatedRates> unequal
    )
    {
        var text = new StringBuilder();
        WriteCoverage(text, grid);
        WriteUnequal(text, unequal);
        WritePower(text, grid);
        WritePairs(text);
        WriteBand(text);
        return text.ToString();
    }

    private static void WriteCoverage(StringBuilder text, Dictionary<SimulatedCell, SimulatedRates> grid)
    {
        double[] spreads = [.. grid.Keys.Select(cell => cell.FirstSpread).Distinct().Order()];
        Title(text, "Lowest coverage / highest rate of false alarms, in %, by spread between seeds in points");
        Row(text, ["images", "seeds a side", .. spreads.Select(spread => $"{100 * spread:0.#}")]);
        Row(text, ["---", "---", .. spreads.Select(_ => "---")]);
        foreach (var rows in grid.GroupBy(one => (one.Key.Images, one.Key.First)))
        {
            Row(text, [$"{rows.Key.Images}", $"{rows.Key.First}", .. spreads.Select(spread => Worst(rows, spread))]);
        }
    }

    private static void WriteUnequal(StringBuilder text, Dictionary<SimulatedCell, SimulatedRates> unequal)
    {
        Title(text, "The same for sides that differ");
        Row(text, ["seeds", "spread in points", "lowest coverage", "highest rate of false alarms"]);
        Row(text, ["---", "---", "---", "---"]);
        foreach (
            var rows in unequal.GroupBy(one =>
                (one.Key.First, one.Key.Second, one.Key.FirstSpread, one.Key.SecondSpread)
            )
        )
        {
            var (first, second, firstSpread, secondSpread) = rows.Key;
            Row(
                text,
                [
                    $"{first}, {second}",
                    $"{100 * firstSpread:0.#}, {100 * secondSpread:0.#}",
                    Percent(rows.Min(one => one.Value.Coverage)),
                    Percent(rows.Where(one => one.Key.Gain == 0).Max(one => one.Value.Detected)),
                ]
            );
        }
    }

    private static void WritePower(StringBuilder text, Dictionary<SimulatedCell, SimulatedRates> grid)
    {
        Title(text, "Power, in %: a gain of 2 points detected / an equal way passes as no worse beyond 1 point");
        int[] images = [.. grid.Keys.Select(cell => cell.Images).Distinct().Order()];
        Row(text, ["spread in points", "seeds a side", .. images.Select(count => $"{count} images")]);
        Row(text, ["---", "---", .. images.Select(_ => "---")]);
        var some = grid.Where(one =>
            one.Key.Population == SimulatedImages.Extreme && (one.Key.FirstSpread is 0.005 or 0.01)
        );
        foreach (var rows in some.GroupBy(one => (one.Key.FirstSpread, one.Key.First)))
        {
            var cells = images.Select(count =>
                Percent(rows.Single(one => one.Key.Images == count && one.Key.Gain == 0.02).Value.Detected)
                + " / "
                + Percent(rows.Single(one => one.Key.Images == count && one.Key.Gain == 0).Value.NoWorse)
            );
            Row(text, [$"{100 * rows.Key.FirstSpread:0.#}", $"{rows.Key.First}", .. cells]);
        }

        var worse = grid.Where(one => one.Key.Gain < 0).Max(one => one.Value.NoWorse);
        text.AppendLine().AppendLine($"A way that is 1 point worse passes as no worse in at most {Percent(worse)} %.");
    }

    private static void WritePairs(StringBuilder text)
    {
        Title(text, "Means over pairs: highest rate of false alarms / power for 3 points, in %");
        Row(text, ["runs a side", "no images", "500 images", "5,000 images"]);
        Row(text, ["---", "---", "---", "---"]);
        foreach (var runs in new[] { 3, 5, 10 })
        {
            var cells = new[] { 0, 500, 5000 }.Select(images =>
                Percent(Noises.Max(noise => RuleSimulation.PairsDetected(runs, noise, images, 0, PairDraws, 1)))
                + " / "
                + Percent(RuleSimulation.PairsDetected(runs, 1, images, 0.03, PairDraws, 2))
            );
            Row(text, [$"{runs}", .. cells]);
        }
    }

    private static void WriteBand(StringBuilder text)
    {
        Title(text, "Band over five modules: coverage of the whole curve / power for 10 points of one module, in %");
        Row(text, ["seeds", "200 images", "800 images"]);
        Row(text, ["---", "---", "---"]);
        (int Seeds, int Images)[] cells = [(2, 200), (2, 800), (3, 200), (3, 800), (5, 200), (5, 800)];
        var rates = new string[cells.Length];
        Parallel.For(
            0,
            cells.Length,
            i =>
            {
                var (seeds, images) = cells[i];
                var (coverage, detected) = RuleSimulation.Band(images, seeds, 0.1, BandDraws, (ulong)i);
                rates[i] = $"{Percent(coverage)} / {Percent(detected)}";
            }
        );
        for (var i = 0; i < cells.Length; i += 2)
        {
            Row(text, [$"{cells[i].Seeds}", rates[i], rates[i + 1]]);
        }
    }

    private static string Worst(IEnumerable<KeyValuePair<SimulatedCell, SimulatedRates>> rows, double spread)
    {
        var some = rows.Where(one => one.Key.FirstSpread == spread).ToList();
        return Percent(some.Min(one => one.Value.Coverage))
            + " / "
            + Percent(some.Where(one => one.Key.Gain == 0).Max(one => one.Value.Detected));
    }

    private static string Percent(double rate) => (100 * rate).ToString("0.0", CultureInfo.InvariantCulture);

    private static void Title(StringBuilder text, string title) =>
        text.AppendLine().AppendLine($"**{title}**").AppendLine();

    private static void Row(StringBuilder text, string[] cells) => text.AppendLine($"| {string.Join(" | ", cells)} |");
}
