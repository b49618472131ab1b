using System.Globalization;

namespace TransferLens.Speed;

/// <summary>All cases that were asked for, one after the other, then the table.</summary>
internal static class Benchmark
{
    /// <summary>Runs, prints, and writes the document where asked.</summary>
    /// <returns>0 when all sides agree, whoever was faster; 1 otherwise.</returns>
    public static int Run(Options options, Dictionary<string, Func<Inputs, Contest?>> cases)
    {
        Console.WriteLine($"making what both sides work on, in {options.Work}");
        var inputs = Inputs.Make(options);
        var versions = Machine.Versions(inputs); // which also brings the peers' PyTorch into memory
        var bfloat16Here = Machine.ComputesInBfloat16();
        var (float32, bfloat16) = Peak();
        var (rows, memory, failed) = (new List<Row>(), new List<string>(), false);
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
                        continue;
                    }

                    var found = contest.Hold(options.Pairs, Console.WriteLine);
                    found.ToList().ForEach(row => Console.WriteLine(row.Line(float32, bfloat16)));
                    rows.AddRange(found);
                }
                else
                {
                    foreach (var line in Cases.MemoryCase.Lines(inputs, options.Quick))
                    {
                        Console.WriteLine(line);
                        memory.Add(line);
                    }
                }
            }
            catch (InvalidOperationException failure)
            {
                Console.WriteLine($"  {name} failed: {failure.Message}");
                failed = true;
            }
        }

        // The machine may have been slower at the beginning: the higher peak counts, against both sides.
        var (again32, again16) = Peak();
        (float32, bfloat16) = (Math.Max(float32, again32), Math.Max(bfloat16, again16));
        string[] text =
        [
            $"{DateTime.Today:yyyy-MM-dd}, {Machine.Processor()}, two threads; matrix multiply peak {float32 / 1e9:0} GFLOP/s in float32{(bfloat16Here ? $", {bfloat16 / 1e9:0} in bfloat16" : "")};",
            $"{versions}; {options.Pairs} {(options.Pairs == 1 ? "pair" : "pairs")} of runs in turn after a warm-up.",
            "",
            Row.Head,
            .. rows.Select(row => row.Line(float32, bfloat16)),
            .. bfloat16Here
                ? Array.Empty<string>()
                : ["", "Lines in bfloat16 are left out: this processor has no instructions for it, and emulates it."],
            .. memory.Count > 0 ? ["", .. memory] : Array.Empty<string>(),
        ];
        Console.WriteLine();
        Array.ForEach(text, Console.WriteLine);
        failed |= rows.Any(row => row.Disagreement is not null);
        if (options.Write && !failed)
        {
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
