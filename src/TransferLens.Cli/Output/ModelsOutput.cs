using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>The similarity of three or more checkpoints as a document, as text and as figures.</summary>
/// <param name="measured">What was measured.</param>
/// <param name="models">Names of the checkpoints.</param>
/// <param name="batchSize">Images in a batch.</param>
internal sealed class ModelsOutput(SimilarityResult measured, ImmutableArray<string> models, int batchSize)
{
    private readonly ImmutableArray<ModelMatrix> modules = measured.BetweenModels();

    /// <summary>A heat map and a tree for each module.</summary>
    public IEnumerable<Figure> Figures =>
        modules.SelectMany(module =>
            ModelFigures.Create(
                ($"similarity-{module.Name}", $"similarity-{module.Name}-tree"),
                models,
                module,
                target: null
            )
        );

    /// <summary>The document of <c>--json</c>.</summary>
    public JsonObject Document()
    {
        var document = new JsonObject
        {
            ["models"] = Names(models),
            ["modules"] = JsonSerializer.SerializeToNode(modules, ResultJson.Options),
            ["leftOut"] = new JsonArray([
                .. LeftOut()
                    .Select(model => new JsonObject { ["model"] = model.Model, ["modules"] = Names(model.Modules) }),
            ]),
        };
        SimilarityOutput.Describe(document, measured, batchSize);
        return document;
    }

    /// <summary>Prints a matrix and a tree for each module.</summary>
    public void Print()
    {
        foreach (var module in modules)
        {
            Print(module);
        }

        foreach (var (model, names) in LeftOut())
        {
            Console.WriteLine(
                $"Left out, since not every network has a module of that name: {string.Join(", ", names)} of {model}."
            );
        }

        Console.WriteLine("Trees: average linkage on 1 - debiased CKA, with the height of each merge.");
        SimilarityOutput.PrintImages(measured, batchSize);
    }

    private IEnumerable<(string Model, ImmutableArray<string> Modules)> LeftOut()
    {
        var shared = modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        return models
            .Zip(measured.Modules, (model, names) => (model, names.RemoveAll(shared.Contains)))
            .Where(model => !model.Item2.IsEmpty);
    }

    private void Print(ModelMatrix module)
    {
        var names = models.Select((model, i) => $"{i + 1} {model}").ToArray();
        var width = names.Append(module.Name).Max(name => name.Length);
        Console.WriteLine(Row($"{module.Name}, debiased", models.Select((_, i) => $"{i + 1}")));
        foreach (var (name, cells) in names.Zip(module.Debiased))
        {
            Console.WriteLine(Row(name, cells.Select(SimilarityOutput.Text)));
        }

        if (module.Tree is { } tree)
        {
            foreach (var line in TreeText.Lines(tree, models))
            {
                Console.WriteLine(line);
            }
        }

        Console.WriteLine();

        string Row(string name, IEnumerable<string> cells) =>
            $"{name.PadRight(width + ", debiased".Length)}{string.Concat(cells.Select(cell => $"  {cell,9}"))}";
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);
}
