using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens similarity</c>: linear CKA between the modules of two checkpoints.</summary>
internal static class SimilarityCommand
{
    private sealed record Own(Option<bool> AllPairs, Option<bool> Pool, Option<string?> Form, Option<int> Memory);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--all-pairs")
            {
                Description =
                    "Every module of the first with every module of the second, instead of those of equal name.",
            },
            new("--pool") { Description = "Average every channel over height and width before comparing." },
            new("--form")
            {
                Description =
                    "exact: one Gram matrix over all images; minibatch: one for each batch, debiased estimator only. Exact where --memory holds it unless given.",
            },
            new("--memory")
            {
                Description =
                    "MiB for Gram matrices and module outputs; decides the form, and how many minibatches are computed at a time.",
                DefaultValueFactory = _ => 2048,
            }
        );
        own.Form.AcceptOnlyFromAmong("exact", "minibatch");
        return options.Command(
            "similarity",
            "How similar the features of two checkpoints are, module by module: linear CKA, biased and debiased. The networks may differ: --network A B.",
            [own.AllPairs, own.Pool, own.Form, own.Memory],
            (parsed, cancellationToken) => Run(options, own, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.WeightsOf(parsed, 2);
        var names = options.NetworksOf(parsed, 2);
        var evaluation = AnalysisInputs.Prepare(options, parsed);
        var settings = new SimilaritySettings(evaluation.Normalize, evaluation.BatchSize, evaluation.Precision)
        {
            Pool = parsed.GetValue(own.Pool),
            Memory = parsed.GetValue(own.Memory),
            Form = parsed.GetValue(own.Form) switch
            {
                null => null,
                "exact" => SimilarityForm.Exact,
                _ => SimilarityForm.Minibatch,
            },
        };
        using var first = AnalysisInputs.Network(options, parsed, files[0], names[0]);
        using var second = AnalysisInputs.Network(options, parsed, files[1], names[1]);
        using var images = AnalysisInputs.Images(options, parsed, cancellationToken);
        using var progress = new ProgressLine("comparing");
        var measured = SimilarityMeasurement.Measure(
            [first, second],
            images,
            settings,
            null,
            progress,
            cancellationToken
        );
        progress.Dispose();
        var table = measured.Between(0, 1);
        var allPairs = parsed.GetValue(own.AllPairs);
        if (parsed.GetValue(options.Json))
        {
            Json.Print(Document(measured, table, settings, allPairs));
        }
        else if (allPairs)
        {
            Print(measured, table, settings);
        }
        else
        {
            PrintMatching(measured, table, settings);
        }

        return 0;
    }

    private static JsonObject Document(
        SimilarityResult measured,
        SimilarityTable table,
        SimilaritySettings settings,
        bool allPairs
    )
    {
        var document = allPairs
            ? new JsonObject
            {
                ["rows"] = Names(table.Rows),
                ["columns"] = Names(table.Columns),
                ["biased"] = table.Biased is { } biased ? Matrix(biased) : null,
                ["debiased"] = Matrix(table.Debiased),
                ["biasedErrors"] = table.BiasedErrors is { } errors ? Matrix(errors) : null,
                ["debiasedErrors"] = Matrix(table.DebiasedErrors),
            }
            : new JsonObject
            {
                ["modules"] = new JsonArray([
                    .. table
                        .Matching()
                        .Select(module => new JsonObject
                        {
                            ["name"] = module.Name,
                            ["biased"] = module.Biased,
                            ["debiased"] = module.Debiased,
                            ["biasedLow"] = module.BiasedLow,
                            ["biasedHigh"] = module.BiasedHigh,
                            ["debiasedLow"] = module.DebiasedLow,
                            ["debiasedHigh"] = module.DebiasedHigh,
                        }),
                ]),
                ["onlyFirst"] = Names(table.Rows.Except(table.Columns)),
                ["onlySecond"] = Names(table.Columns.Except(table.Rows)),
            };
        document["examples"] = measured.Examples;
        document["form"] = measured.Form == SimilarityForm.Exact ? "exact" : "minibatch";
        document["batchSize"] = settings.BatchSize;
        document["pooled"] = measured.Pooled;
        return document;

        static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);
        static JsonArray Matrix(ImmutableArray<ImmutableArray<double?>> rows) =>
            new([.. rows.Select(row => new JsonArray([.. row.Select(value => (JsonNode?)value)]))]);
    }

    private static void PrintMatching(SimilarityResult measured, SimilarityTable table, SimilaritySettings settings)
    {
        var matching = table.Matching();
        var width = matching.Select(module => module.Name.Length).Append("module".Length).Max();
        Console.WriteLine($"{"module".PadRight(width)}  {"debiased", 9}  {"95 %", 16}  {"biased", 9}  {"95 %", 16}");
        foreach (var module in matching)
        {
            Console.WriteLine(
                $"{module.Name.PadRight(width)}  {Text(module.Debiased), 9}  {Interval(module.DebiasedLow, module.DebiasedHigh), 16}  {(measured.Form == SimilarityForm.Exact ? Text(module.Biased) : "-"), 9}  {Interval(module.BiasedLow, module.BiasedHigh), 16}"
            );
        }

        foreach (
            var (which, names) in new[]
            {
                ("first", table.Rows.Except(table.Columns).ToList()),
                ("second", table.Columns.Except(table.Rows).ToList()),
            }
        )
        {
            if (names.Count > 0)
            {
                Console.WriteLine(
                    $"Only the {which} has {string.Join(", ", names)}; --all-pairs compares every module with every other."
                );
            }
        }

        Console.WriteLine("95 %: jackknife intervals over images, for these two networks.");
        PrintHow(measured, settings);
    }

    private static void Print(SimilarityResult measured, SimilarityTable table, SimilaritySettings settings)
    {
        foreach (var (estimator, values) in new[] { ("debiased", table.Debiased), ("biased", table.Biased ?? []) })
        {
            if (values.Length == 0)
            {
                continue;
            }

            var (name, cell) = (
                table.Rows.Max(row => row.Length),
                table.Columns.Select(column => column.Length).Append("undefined".Length).Max()
            );
            Console.WriteLine($"{estimator}; rows: the first, columns: the second");
            Console.WriteLine(
                $"{new string(' ', name)}  {string.Join("  ", table.Columns.Select(column => column.PadLeft(cell)))}"
            );
            foreach (var (row, cells) in table.Rows.Zip(values))
            {
                Console.WriteLine(
                    $"{row.PadRight(name)}  {string.Join("  ", cells.Select(value => Text(value).PadLeft(cell)))}"
                );
            }

            Console.WriteLine();
        }

        PrintHow(measured, settings);
    }

    private static void PrintHow(SimilarityResult measured, SimilaritySettings settings)
    {
        Console.WriteLine(
            $"{measured.Examples} images{(measured.Pooled ? ", every channel averaged over height and width" : "")}."
        );
        if (measured.Form == SimilarityForm.Minibatch)
        {
            Console.WriteLine(
                $"Averaged over shuffled minibatches of at most {Math.Max(4, settings.BatchSize)} images; the biased estimator needs the exact form."
            );
        }
    }

    private static string Interval(double? low, double? high) =>
        low is null || high is null ? "-" : $"{low:0.000} to {high:0.000}";

    private static string Text(double? value) => value is { } number ? number.ToString("0.0000") : "undefined";
}
