using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Analyses;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Models;
using TransferLens.Training;
using TransferLens.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens barrier</c>: performance on the line between two checkpoints.</summary>
internal static class BarrierCommand
{
    private sealed record Own(Option<int> Points, Option<double> From, Option<double> To, Option<string?> Normalization, Option<string?> RecalibrateOn);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--points") { Description = "Evenly spaced points on the line; 0, 0.5 and 1 are added where they are missing.", DefaultValueFactory = _ => 11 },
            new("--from") { Description = "Where the line begins, 0 or below.", DefaultValueFactory = _ => 0 },
            new("--to") { Description = "Where the line ends, 1 or above.", DefaultValueFactory = _ => 1 },
            new("--normalization") { Description = "raw: running statistics interpolated like weights; recalibrated: recomputed at each point. Both unless given, for networks with batch normalization." },
            new("--recalibrate-on") { Description = "Training pictures to recompute running statistics from, given as --data is; the pictures of --data unless given." });
        own.Normalization.AcceptOnlyFromAmong("raw", "recalibrated");
        return options.Command(
            "barrier", "Accuracy and loss on the straight line between two checkpoints of one network, and the barrier on it: do they lie in one basin, may they be averaged?",
            [own.Points, own.From, own.To, own.Normalization, own.RecalibrateOn], (parsed, stop) => Run(options, own, parsed, stop));
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken stop)
    {
        var files = options.WeightsOf(parsed, 2);
        var lambdas = PerformanceBarrier.Grid(parsed.GetValue(own.Points), parsed.GetValue(own.From), parsed.GetValue(own.To));
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, files[0]);
        using var first = StateDict.Of(network);
        using var second = Second(options, parsed, files[1], network);
        var normalizations = Normalizations(parsed.GetValue(own.Normalization), network);
        using var pictures = AnalysisInputs.Pictures(options, parsed, stop);
        var elsewhere = parsed.GetValue(own.RecalibrateOn) is not null;
        using var others = elsewhere && normalizations.Contains("recalibrated") ? AnalysisInputs.Pictures(options, parsed, stop, own.RecalibrateOn!) : null;
        var curves = normalizations.Select(normalization =>
        {
            using var progress = new ProgressLine(normalization);
            return (Name: normalization, Curve: PerformanceBarrier.Measure(network, first, second, lambdas, pictures, settings, normalization == "raw" ? null : others ?? pictures, progress: progress, stop: stop));
        }).ToList();
        var recalibratedOn = !normalizations.Contains("recalibrated") ? null : elsewhere ? "the pictures of --recalibrate-on" : "the evaluated pictures themselves, since --recalibrate-on was not given";
        if (parsed.GetValue(options.Json))
        {
            Json.Print(Document(curves, recalibratedOn));
        }
        else
        {
            Print(curves, recalibratedOn);
        }

        return 0;
    }

    private static StateDict Second(AnalysisOptions options, ParseResult parsed, string file, Network first)
    {
        using var network = AnalysisInputs.Network(options, parsed, file);
        var (a, b) = (Outputs(first), Outputs(network));
        return a == b ? StateDict.Of(network) : throw new InputException($"The first weights have {a} classes and '{file}' has {b}; only weights of one network with the same classes can be interpolated.");

        static long Outputs(Network network) => network.state_dict()[$"{network.Head.Name}.weight"].shape[0];
    }

    private static string[] Normalizations(string? asked, Network network) => asked switch
    {
        null => Recalibration.Applies(network) ? ["raw", "recalibrated"] : ["raw"],
        "recalibrated" when !Recalibration.Applies(network) => throw new InputException($"{network.Name} has no batch normalization to recalibrate; leave --normalization out."),
        _ => [asked],
    };

    private static JsonObject Document(List<(string Name, BarrierCurve Curve)> curves, string? recalibratedOn)
    {
        var document = curves.Count == 1 ? Of(curves[0].Curve) : new JsonObject(curves.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)Of(c.Curve))));
        if (recalibratedOn is not null)
        {
            document["recalibratedOn"] = recalibratedOn;
        }

        return document;

        static JsonObject Of(BarrierCurve curve) => new()
        {
            ["points"] = new JsonArray([.. curve.Points.Select(p => new JsonObject { ["lambda"] = p.Lambda, ["accuracy"] = p.Accuracy, ["loss"] = Json.Number(p.Loss) })]),
            ["barrier"] = new JsonObject { ["accuracy"] = curve.Accuracy, ["loss"] = Json.Number(curve.Loss) },
        };
    }

    private static void Print(List<(string Name, BarrierCurve Curve)> curves, string? recalibratedOn)
    {
        foreach (var (name, curve) in curves)
        {
            Console.WriteLine($"{name}: barrier {100 * curve.Accuracy:0.00} points of accuracy, {curve.Loss:0.0000} nats of loss");
            Console.WriteLine("  lambda  accuracy    loss");
            foreach (var point in curve.Points)
            {
                Console.WriteLine($"  {point.Lambda,6:0.###}  {point.Accuracy,8:P2}  {point.Loss,8:0.0000}");
            }
        }

        if (recalibratedOn is not null)
        {
            Console.WriteLine($"Running statistics were recomputed from {recalibratedOn}.");
        }
    }
}
