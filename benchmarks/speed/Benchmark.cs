using System.Globalization;

namespace TransferLens.Speed;

/// <summary>All cases that were asked for, one after the other, then the table.</summary>
internal static class Benchmark
{
    private const string Memory = "memory";

    /// <summary>
    /// Runs, prints, and writes the document where asked. Cases that are not asked for now have the lines of the last
    /// run on this machine with the same versions and number of pairs.
    /// </summary>
    /// <returns>0 when all sides agree, whichever was faster; 1 otherwise.</returns>
    public static int Run(Options options, Dictionary<string, Func<Inputs, Contest?>> cases)
    {
        Console.WriteLine($"making what both sides work on, in {options.Work}");
        var inputs = Inputs.Make(options);
        var versions = Machine.Versions(inputs); // which also brings the peers' PyTorch into memory
        var bfloat16Here = Machine.ComputesInBfloat16();
        var (float32, bfloat16) = Peak();
        var (rows, failed) = (new List<Row>(), false);
        var kept = new KeptLines(
            inputs["lines"],
            $"{Machine.Processor()}; {versions}; {options.Pairs} {(options.Pairs == 1 ? "pair" : "pairs")}"
        );
        foreach (var (name, create) in cases.Where(one => options.Cases.Length == 0 || options.Cases.Contains(one.Key)))
        {
            Console.WriteLine($"== {name}");
            try
            {
                if (create(inputs) is { } whole)
                {
                    var contest = bfloat16Here ? whole : whole.InFloat32();
                    if (contest is null)
                    {
                        Console.WriteLine("  left out: this processor has no bfloat16 instructions");
                        kept.Keep(name, []);
                        continue;
                    }

                    var found = contest.Hold(options.Pairs, Console.WriteLine);
                    string[] lines = [.. found.Select(row => row.Line(float32, bfloat16))];
                    Array.ForEach(lines, Console.WriteLine);
                    rows.AddRange(found);
                    if (found.All(row => row.Disagreement is null))
                    {
                        kept.Keep(name, lines);
                    }
                }
                else
                {
                    string[] lines = [.. Cases.MemoryCase.Lines(inputs, options.Quick)];
                    Array.ForEach(lines, Console.WriteLine);
                    kept.Keep(name, lines);
                }
            }
            catch (InvalidOperationException failure)
            {
                Console.WriteLine($"  {name} failed: {failure.Message}");
                failed = true;
            }
        }

        failed |= rows.Any(row => row.Disagreement is not null);
        string[] order = [.. cases.Keys.Where(name => name != Memory)];
        string[] text =
        [
            $"{kept.Dates(cases.Keys)}, {Machine.Processor()}, two threads; matrix multiply peak {float32 / 1e9:0} GFLOP/s in float32{(bfloat16Here ? $", {bfloat16 / 1e9:0} in bfloat16" : "")};",
            $"{versions}; {options.Pairs} {(options.Pairs == 1 ? "pair" : "pairs")} of runs in turn after a warm-up.",
            "",
            Row.Head,
            .. order.SelectMany(name => kept.Read(name) ?? []),
            .. bfloat16Here
                ? Array.Empty<string>()
                : ["", "Lines in bfloat16 are left out: this processor has no instructions for it, and emulates it."],
            .. kept.Read(Memory) is { Length: > 0 } memory ? ["", .. memory] : Array.Empty<string>(),
        ];
        Console.WriteLine();
        Array.ForEach(text, Console.WriteLine);
        if (options.Write && !failed)
        {
            if (cases.Keys.Where(name => kept.Read(name) is null).ToArray() is { Length: > 0 } missing)
            {
                Console.WriteLine(
                    $"nothing is written: {string.Join(", ", missing)} were not measured; run them with --cases"
                );
                return 1;
            }

            Document.Write(Path.Combine(options.Repository, "docs/performance.md"), text);
        }

        return failed ? 1 : 0;

        (double Float32, double Bfloat16) Peak()
        {
            var measured = Inputs.Library(inputs.Cache, "peak");
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"matrix multiply peak: float32 {measured.Number("float32") / 1e9:0} GFLOP/s, bfloat16 {measured.Number("bfloat16") / 1e9:0} GFLOP/s"
                )
            );
            return (measured.Number("float32"), measured.Number("bfloat16"));
        }
    }
}
