using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Analyses.WiseFt;

/// <summary>Measures the lines of one fine-tuned model on all images of a task.</summary>
internal sealed class WiseFtRunMeasurement(
    WiseFtTaskSettings settings,
    EvaluationSettings evaluation,
    ImageMetric metric,
    WiseFtImages images,
    TaskContext context
)
{
    // On validation images only the curve is measured that judges the weights: at most five passes over the alphas.
    private const int Passes = 5;

    // The target's metric is the study's; the source is judged by the default of its images, as P was.
    private EvaluationSettings OnTarget => evaluation with { Metric = metric };

    /// <summary>Measures the lines.</summary>
    /// <param name="pretrained">P.</param>
    /// <param name="fineTuned">P-T.</param>
    /// <param name="parts">Where the points that are done are kept.</param>
    /// <param name="progress">Receives the progress.</param>
    public (WiseFtLines Lines, WiseFtScores Scores) Measure(
        Network pretrained,
        Network fineTuned,
        PartialResults parts,
        IProgress<TaskProgress> progress
    )
    {
        var recalibrates = Recalibration.Applies(fineTuned);
        var done = 0;
        var target = Both(LineHead.FineTuned, images.Target, OnTarget, images.RecalibrateOn);
        var source = images.Source is { } tested
            ? Both(LineHead.Pretrained, tested, evaluation, images.SourceRecalibrateOn!)
            : null;
        var validation = images.Validation is { } held
            ? Curve(LineHead.FineTuned, held, OnTarget, recalibrates ? images.RecalibrateOn : null)
            : null;
        var scores = new WiseFtScores(
            target.Curve.Samples,
            target.Raw.Samples[^1],
            source?.Curve.Samples ?? [],
            validation?.Samples ?? [],
            images.Validation is { } asUsed ? Score(fineTuned, asUsed, parts.Section("as used")) : null
        );
        return (new(target, source), scores);

        WiseFtLine Both(LineHead head, ImageSet measured, EvaluationSettings how, ImageSet statisticsFrom) =>
            new(Curve(head, measured, how, null), recalibrates ? Curve(head, measured, how, statisticsFrom) : null);

        WiseFtCurve Curve(LineHead head, ImageSet measured, EvaluationSettings how, ImageSet? statisticsFrom) =>
            WiseFtMeasurement.Measure(
                pretrained,
                fineTuned,
                head,
                measured,
                how with
                {
                    PartialResults = parts.Section($"curve {done}"),
                },
                statisticsFrom,
                settings.Alphas,
                settings.RecalibrationImages,
                Recalibration.DefaultBatch,
                new PartialProgress(progress, done++ / (double)Passes, 1.0 / Passes),
                context.CancellationToken
            );
    }

    private ScoreSample Score(Network network, ImageSet measured, PartialResults parts) =>
        ScoreSample.FromScore(
            ImageScore.Of(
                Evaluator.Evaluate(
                    network,
                    measured,
                    OnTarget with
                    {
                        PartialResults = parts,
                    },
                    null,
                    context.CancellationToken
                ),
                measured.Labels
            )
        );
}
