using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Training;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens evaluate</c>: accuracy and loss of a checkpoint on labelled pictures.</summary>
internal static class EvaluateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        return options.Command("evaluate", "Accuracy and loss of a checkpoint on labelled pictures.", [], (parsed, stop) => Run(options, parsed, stop));
    }

    private static int Run(AnalysisOptions options, ParseResult parsed, CancellationToken stop)
    {
        var file = options.WeightsOf(parsed, 1)[0];
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var pictures = AnalysisInputs.Labelled(options, parsed, file, network, stop);
        using var progress = new ProgressLine("evaluating");
        var measured = Evaluator.Evaluate(network, pictures, settings, progress, stop);
        progress.Dispose();
        var (low, high) = Bootstrap.Interval(Bootstrap.Right(measured, pictures.Labels.Single));
        if (parsed.GetValue(options.Json))
        {
            Json.Print(new JsonObject { ["accuracy"] = measured.Accuracy, ["low"] = low, ["high"] = high, ["loss"] = Json.Number(measured.Loss), ["examples"] = measured.Examples });
            return 0;
        }

        Console.WriteLine($"accuracy {measured.Accuracy:P2} (95 % interval {low:P2} to {high:P2}, over pictures)");
        Console.WriteLine($"loss     {measured.Loss:0.0000} nats");
        Console.WriteLine($"examples {measured.Examples}");
        return 0;
    }
}
