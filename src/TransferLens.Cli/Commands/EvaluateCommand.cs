using System.CommandLine;
using TransferLens.Analyses.Preprocessing;
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
        var check = new Option<bool>("--check-preprocessing")
        {
            Description =
                "Also evaluate under every normalization that has a name, on the same images, and say whether another "
                + "fits the weights better.",
        };
        return options.Command(
            "evaluate",
            "Evaluate a checkpoint on labelled images: accuracy (or another metric), loss, calibration, recall and "
                + "precision per class.",
            [options.Metric, check],
            (parsed, cancellationToken) => Run(options, parsed, parsed.GetValue(check), cancellationToken)
        );
    }

    private static int Run(
        AnalysisOptions options,
        ParseResult parsed,
        bool check,
        CancellationToken cancellationToken
    )
    {
        var file = options.WeightsOf(parsed, 1)[0];
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var images = AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken);
        settings.Metric?.CheckFits(images.Labels.IsMultiLabel, images.Classes.Length);
        using var progress = new ProgressLine("evaluating");
        var measured = Evaluator.Evaluate(network, images, settings, progress, cancellationToken);
        var preprocessing = check
            ? PreprocessingCheck.Measure(network, images, settings, progress, cancellationToken)
            : null;
        progress.Dispose();
        if (parsed.GetValue(options.Json))
        {
            var document = EvaluationDocument.Create(measured, images);
            if (preprocessing is not null)
            {
                document["preprocessing"] = PreprocessingOutput.Json(preprocessing);
            }

            Json.Print(document);
        }
        else
        {
            EvaluationOutput.Create(measured, images).Print(Console.Out);
            PreprocessingOutput.Print(preprocessing, measured.Metric ?? Metrics.DefaultFor(images.Labels), Console.Out);
        }

        return 0;
    }
}
