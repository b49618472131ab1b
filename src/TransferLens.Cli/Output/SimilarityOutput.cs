using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>The similarity of two checkpoints as a document and as text.</summary>
/// <param name="measured">What was measured.</param>
/// <param name="table">Every module of the first checkpoint with every module of the second.</param>
/// <param name="batchSize">Images in a batch.</param>
internal sealed class SimilarityOutput(SimilarityResult measured, SimilarityTable table, int batchSize)
{
    // The smallest batch that the debiased estimator is defined on.
    private const int SmallestBatch = 4;

    private string[] OnlyFirst => [.. table.Rows.Except(table.Columns)];

    private string[] OnlySecond => [.. table.Columns.Except(table.Rows)];

    /// <summary>The document of <c>--json</c>.</summary>
    /// <param name="allPairs">Whether every pair of modules is reported, or only those of equal name.</param>
    public JsonObject Document(bool allPairs)
    {
        var document = allPairs ? AllPairsDocument() : MatchingDocument();
        Describe(document, measured, batchSize);
        return document;
    }

    /// <summary>Adds the images, the form and the choice of features to a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="measured">What was measured.</param>
    /// <param name="batchSize">Images in a batch.</param>
    public static void Describe(JsonObject document, SimilarityResult measured, int batchSize)
    {
        document["examples"] = measured.Examples;
        document["form"] = measured.Form == SimilarityForm.Exact ? "exact" : "minibatch";
        document["batchSize"] = batchSize;
        document["tokens"] = JsonSerializer.SerializeToNode(measured.Tokens, ResultJson.Options);
        document["pooled"] = measured.Pooled;
    }

    /// <summary>Prints tables.</summary>
    /// <param name="allPairs">Whether every pair of modules is printed, or only those of equal name.</param>
    public void Print(bool allPairs)
    {
        if (allPairs)
        {
            PrintMatrix("debiased", table.Debiased);
            PrintMatrix("biased", table.Biased ?? []);
        }
        else
        {
            PrintMatching();
        }

        PrintImages(measured, batchSize);
    }

    /// <summary>Prints the same as sentences.</summary>
    /// <param name="measured">What was measured.</param>
    /// <param name="batchSize">Images in a batch.</param>
    public static void PrintImages(SimilarityResult measured, int batchSize)
    {
        var pooled = measured.Pooled ? ", every channel averaged over height and width" : "";
        var tokens = SimilarityWords.Tokens(measured.Tokens) is { } some ? $", {some}" : "";
        Console.WriteLine($"{measured.Examples} images{tokens}{pooled}.");
        if (measured.Form == SimilarityForm.Minibatch)
        {
            Console.WriteLine(
                $"Averaged over shuffled minibatches of at most {Math.Max(SmallestBatch, batchSize)} images. "
                    + "The biased estimator needs the exact form."
            );
        }
    }

    private JsonObject AllPairsDocument() =>
        new()
        {
            ["rows"] = Names(table.Rows),
            ["columns"] = Names(table.Columns),
            ["biased"] = table.Biased is { } biased ? Matrix(biased) : null,
            ["debiased"] = Matrix(table.Debiased),
            ["biasedErrors"] = table.BiasedErrors is { } errors ? Matrix(errors) : null,
            ["debiasedErrors"] = Matrix(table.DebiasedErrors),
        };

    private JsonObject MatchingDocument() =>
        new()
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
            ["onlyFirst"] = Names(OnlyFirst),
            ["onlySecond"] = Names(OnlySecond),
        };

    private void PrintMatching()
    {
        var matching = table.Matching();
        var width = matching.Select(module => module.Name.Length).Append("module".Length).Max();
        Console.WriteLine($"{"module".PadRight(width)}  {"debiased",9}  {"95 %",16}  {"biased",9}  {"95 %",16}");
        foreach (var module in matching)
        {
            var debiased = Interval(module.DebiasedLow, module.DebiasedHigh);
            var biased = measured.Form == SimilarityForm.Exact ? Text(module.Biased) : "-";
            var interval = Interval(module.BiasedLow, module.BiasedHigh);
            var first = $"{module.Name.PadRight(width)}  {Text(module.Debiased),9}  {debiased,16}";
            Console.WriteLine($"{first}  {biased,9}  {interval,16}");
        }

        PrintUnmatched("first", OnlyFirst);
        PrintUnmatched("second", OnlySecond);
        Console.WriteLine("95 %: jackknife intervals over images, for these two networks.");
    }

    private static void PrintUnmatched(string which, string[] names)
    {
        if (names.Length > 0)
        {
            Console.WriteLine(
                $"Only the {which} has {string.Join(", ", names)}. Compare every pair of modules with --all-pairs."
            );
        }
    }

    private void PrintMatrix(string estimator, ImmutableArray<ImmutableArray<double?>> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var nameWidth = table.Rows.Max(row => row.Length);
        var cellWidth = table.Columns.Select(column => column.Length).Append("undefined".Length).Max();
        Console.WriteLine($"{estimator}; rows: the first, columns: the second");
        PrintRow("", table.Columns);
        foreach (var (row, cells) in table.Rows.Zip(values))
        {
            PrintRow(row, cells.Select(Text));
        }

        Console.WriteLine();

        void PrintRow(string name, IEnumerable<string> cells) =>
            Console.WriteLine(
                $"{name.PadRight(nameWidth)}  {string.Join("  ", cells.Select(cell => cell.PadLeft(cellWidth)))}"
            );
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    private static JsonArray Matrix(ImmutableArray<ImmutableArray<double?>> rows) =>
        new([.. rows.Select(row => new JsonArray([.. row.Select(value => (JsonNode?)value)]))]);

    private static string Interval(double? low, double? high) =>
        low is null || high is null ? "-" : $"{low:0.000} to {high:0.000}";

    /// <summary>A CKA.</summary>
    public static string Text(double? value) => value is { } number ? $"{number:0.0000}" : "undefined";
}
