using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens spectrum</c>: singular values of a checkpoint's weight matrices.</summary>
internal static class SpectrumCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions(AnalysisOptions.OneCheckpoint);
        var command = new Command(
            "spectrum",
            "Compute the singular values, stable rank and effective rank of each weight matrix in a checkpoint."
        )
        {
            options.Network,
            options.Weights,
            options.Classes,
            options.Threads,
            options.Json,
        };
        command.SetAction(parsed => Run(options, parsed));
        return command;
    }

    private static int Run(AnalysisOptions options, ParseResult parsed)
    {
        var file = options.WeightsOf(parsed, 1)[0];
        _ = NamedNetworks.Find(options.NetworkOf(parsed));
        Threading.Use(ThreadCount.Capped(parsed.GetValue(options.Threads)));
        using var network = AnalysisInputs.Network(options, parsed, file);
        var measured = SpectrumMeasurement.Measure(network);
        if (parsed.GetValue(options.Json))
        {
            Json.Print(Document(measured));
            return 0;
        }

        var matrices = measured.Modules.SelectMany(module => module.Matrices).ToList();
        var width = matrices.Max(matrix => matrix.Name.Length);
        var shapeHead = $"{"rows",5}  {"columns",7}";
        var valuesHead = $"{"largest",9}  {"smallest",9}";
        Console.WriteLine($"{"matrix".PadRight(width)}  {shapeHead}  {valuesHead}  stable rank  effective rank");
        foreach (var matrix in matrices)
        {
            var shape = $"{matrix.Rows,5}  {matrix.Columns,7}";
            var values = $"{matrix.SingularValues[0],9:0.0000}  {matrix.SingularValues[^1],9:0.0000}";
            var ranks = $"{matrix.StableRank,11:0.00}  {matrix.EffectiveRank,14:0.00}";
            Console.WriteLine($"{matrix.Name.PadRight(width)}  {shape}  {values}  {ranks}");
        }

        return 0;
    }

    private static JsonObject Document(SpectrumResult measured) =>
        new()
        {
            ["modules"] = new JsonArray([
                .. measured.Modules.Select(module => new JsonObject
                {
                    ["name"] = module.Name,
                    ["matrices"] = new JsonArray([
                        .. module.Matrices.Select(matrix => new JsonObject
                        {
                            ["name"] = matrix.Name,
                            ["rows"] = matrix.Rows,
                            ["columns"] = matrix.Columns,
                            ["singularValues"] = new JsonArray([
                                .. matrix.SingularValues.Select(value => (JsonNode)value),
                            ]),
                            ["stableRank"] = matrix.StableRank,
                            ["effectiveRank"] = matrix.EffectiveRank,
                        }),
                    ]),
                }),
            ]),
        };
}
