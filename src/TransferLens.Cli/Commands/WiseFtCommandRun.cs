using TransferLens.Analyses.Common;
using TransferLens.Analyses.WiseFt;
using TransferLens.Cli.Output;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Cli.Commands;

/// <summary>The measurement of <c>transferlens wise_ft</c>.</summary>
/// <param name="line">Points and margin.</param>
/// <param name="settings">How the networks are evaluated on the target.</param>
/// <param name="models">P and P-T.</param>
/// <param name="images">The images.</param>
/// <param name="recalibrates">Whether running statistics are recomputed.</param>
/// <param name="onlyRecalibrated">Whether the raw line is left out.</param>
internal sealed class WiseFtCommandRun(
    WiseFtSettings line,
    EvaluationSettings settings,
    (Network Pretrained, Network FineTuned) models,
    WiseFtInputs images,
    bool recalibrates,
    bool onlyRecalibrated
)
{
    /// <summary>Measures.</summary>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    public MeasuredWiseFt Measure(CancellationToken cancellationToken)
    {
        string[] kinds = (recalibrates, onlyRecalibrated) switch
        {
            (true, true) => [BarrierOptions.Recalibrated],
            (true, false) => [BarrierOptions.Raw, BarrierOptions.Recalibrated],
            _ => [BarrierOptions.Raw],
        };
        var lines = kinds.Select(kind => (kind, OnTarget(kind, images.Target), OnSource(kind))).ToList();
        var validation = images.Validation is { } held ? OnTarget(kinds[^1], held) : null;
        var margin = line.Margin / MarginWords.Points;
        var onTest = WiseFtChoice.Choose([lines[^1].Item2.Samples], [AsUsed(images.Target)], margin);
        var choice = validation is null
            ? onTest
            : WiseFtChoice.Choose([validation.Samples], [AsUsed(images.Validation!)], margin);
        return new(lines, choice, validation is not null, onTest.AgainstFineTuned);

        WiseFtCurve OnTarget(string kind, ImageSet on) =>
            Curve(kind, "target", LineHead.FineTuned, on, settings, images.RecalibrateOn ?? on);

        // The source is judged by the default metric of its images.
        WiseFtCurve? OnSource(string kind) =>
            images.Source is { } source
                ? Curve(
                    kind,
                    "source",
                    LineHead.Pretrained,
                    source,
                    settings with
                    {
                        Metric = null,
                    },
                    images.SourceRecalibrateOn ?? source
                )
                : null;

        WiseFtCurve Curve(
            string kind,
            string what,
            LineHead head,
            ImageSet on,
            EvaluationSettings how,
            ImageSet statisticsFrom
        )
        {
            using var progress = new ProgressLine($"{what}, {kind}");
            return WiseFtMeasurement.Measure(
                models.Pretrained,
                models.FineTuned,
                head,
                on,
                how,
                kind == BarrierOptions.Raw ? null : statisticsFrom,
                WiseFtMeasurement.Grid(line.Points),
                progress: progress,
                cancellationToken: cancellationToken
            );
        }

        ScoreSample AsUsed(ImageSet on) =>
            ScoreSample.FromScore(
                ImageScore.Of(Evaluator.Evaluate(models.FineTuned, on, settings, null, cancellationToken), on.Labels)
            );
    }
}
