using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens evaluate</c>: metrics and loss of a checkpoint on labelled images.</summary>
internal static class EvaluateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions(AnalysisOptions.OneCheckpoint);
        return options.Command(
            "evaluate",
            "Evaluate a checkpoint on labelled images: accuracy (or another metric), loss, calibration, recall and "
                + "precision per class.",
            [options.Metric],
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = options.WeightsOf(parsed, 1)[0];
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var images = AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken);
        settings.Metric?.CheckFits(images.Labels.IsMultiLabel, images.Classes.Length);
        using var progress = new ProgressLine("evaluating");
        var measured = Evaluator.Evaluate(network, images, settings, progress, cancellationToken);
        progress.Dispose();
        if (parsed.GetValue(options.Json))
        {
            Json.Print(EvaluationDocument.Create(measured, images));
        }
        else
        {
            EvaluationOutput.Create(measured, images).Print(Console.Out);
        }

        return 0;
    }
}
