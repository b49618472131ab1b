using System.CommandLine;
using TransferLens.Analyses.WiseFt;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens wise_ft</c>: the line from a pretrained model to its fine-tuned form.</summary>
internal static class WiseFtCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new WiseFtOptions();
        return options.Shared.Command(
            "wise_ft",
            "Measure what fine-tuning forgot of the source, and which point on the line back to the pretrained model "
                + "costs nothing on the target.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(WiseFtOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        options.Check(parsed);
        var files = options.Shared.WeightsOf(parsed, 2);
        var output = options.Output.Check(parsed, files, "to interpolate");
        var line = options.Settings.Read(parsed);
        var settings = AnalysisInputs.Prepare(options.Shared, parsed);
        using var fineTuned = AnalysisInputs.Network(options.Shared, parsed, files[1]);
        using var pretrained = AnalysisInputs.WithOwnHead(options.Shared, parsed, files[0], out var hasHead);
        CheckHead(options, parsed, files[0], hasHead);
        var recalibrates = Recalibrates(parsed.GetValue(options.Normalization), fineTuned);
        using var images = WiseFtInputs.Open(
            options,
            parsed,
            files,
            (pretrained, fineTuned),
            recalibrates,
            cancellationToken
        );
        var measured = new WiseFtCommandRun(
            line,
            settings,
            (pretrained, fineTuned),
            images,
            recalibrates,
            onlyRecalibrated: parsed.GetValue(options.Normalization) == BarrierOptions.Recalibrated
        ).Measure(cancellationToken);
        if (output is not null)
        {
            Save(output, measured, settings, (pretrained, fineTuned), images, recalibrates, cancellationToken);
        }

        var metric = ScoreText.MetricOf(settings, images.Target);
        var source = images.Source is null ? metric : ScoreText.MetricOf(images.Source);
        var notes = images.Notes(recalibrates);
        if (parsed.GetValue(options.Shared.Json))
        {
            Json.Print(WiseFtOutput.Document(measured, notes, metric.JsonKey, source.JsonKey));
        }
        else
        {
            WiseFtOutput.Print(measured, notes, metric, source, output);
        }

        return 0;
    }

    // At alpha 1 the weights are those of P-T, with the running statistics that it was evaluated with.
    private static void Save(
        string output,
        MeasuredWiseFt measured,
        EvaluationSettings settings,
        (Network Pretrained, Network FineTuned) models,
        WiseFtInputs images,
        bool recalibrates,
        CancellationToken cancellationToken
    )
    {
        var recomputed = recalibrates && measured.Choice.IsBelowOne;
        using var weights = WiseFtMeasurement.Mix(
            models.Pretrained,
            models.FineTuned,
            measured.Alpha,
            settings,
            recomputed ? images.RecalibrateOn ?? images.Target : null,
            cancellationToken: cancellationToken
        );
        var recomputedOn = recomputed ? images.StatisticsOfTarget : null;
        Safetensors.Write(output, weights, WiseFtTask.Metadata(models.FineTuned, measured.Alpha, recomputedOn));
    }

    private static void CheckHead(WiseFtOptions options, ParseResult parsed, string file, bool hasHead)
    {
        if (!hasHead && parsed.GetValue(options.SourceData) is not null)
        {
            throw new InputException(
                $"The weights of P in '{file}' have no head, so the source cannot be measured. "
                    + "Remove --source-data, or give weights with their head."
            );
        }
    }

    private static bool Recalibrates(string? requested, Network network) =>
        (requested, Recalibration.Applies(network)) switch
        {
            (BarrierOptions.Recalibrated, false) => throw new InputException(
                $"{network.Name} has no batch normalization to recalibrate. Remove --normalization."
            ),
            (BarrierOptions.Raw, _) or (_, false) => false,
            _ => true,
        };
}
