using System.Collections.Immutable;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>An evaluation as the command prints it for people.</summary>
/// <param name="Measured">The evaluation.</param>
/// <param name="Metric">What its score is.</param>
/// <param name="Usual">The metric of such images when nothing else is chosen, and its score.</param>
/// <param name="Interval">95 % bootstrap interval of the score over images.</param>
/// <param name="Details">What every evaluation reports.</param>
/// <param name="Labels">The AUC of each label of multi-label images; empty for others.</param>
internal sealed record EvaluationOutput(
    EvaluationResult Measured,
    ImageMetric Metric,
    (ImageMetric Metric, double Score) Usual,
    (double Low, double High) Interval,
    EvaluationDetails Details,
    ImmutableArray<LabelScore> Labels
)
{
    /// <summary>Computes what is printed.</summary>
    /// <param name="measured">The evaluation.</param>
    /// <param name="images">The images that it was made on.</param>
    public static EvaluationOutput Create(EvaluationResult measured, ImageSet images)
    {
        var usual = Metrics.DefaultFor(images.Labels);
        var usualScore = usual.Score(measured, images.Labels);
        var score = ImageScore.Of(measured, images.Labels);
        return new(
            measured,
            measured.Metric ?? usual,
            (usual, usualScore.Value),
            Bootstrap.Interval(score),
            EvaluationDetails.Create(measured, images),
            images.Labels.IsMultiLabel ? LabelScore.Of((MeanAuc)usualScore, images) : []
        );
    }

    /// <summary>Prints lines for people.</summary>
    /// <param name="writer">Where to.</param>
    public void Print(TextWriter writer)
    {
        var (low, high) = (ScoreText.Of(Metric, Interval.Low), ScoreText.Of(Metric, Interval.High));
        writer.WriteLine(
            $"{Metric.Name} {ScoreText.Of(Metric, Measured.Score)} (95 % interval {low} to {high}, over images)"
        );
        if (Metric != Usual.Metric)
        {
            writer.WriteLine($"{Usual.Metric.Name} {ScoreText.Of(Usual.Metric, Usual.Score)}");
        }

        writer.WriteLine($"loss     {Measured.Loss:0.0000} nats");
        writer.WriteLine($"examples {Measured.Examples}");
        PrintDetails(writer);
        foreach (var label in Labels)
        {
            writer.WriteLine($"  {label.Name}: {Sentence(label)}");
        }
    }

    private void PrintDetails(TextWriter writer)
    {
        if (Details.BalancedAccuracy is { } balanced)
        {
            writer.WriteLine($"balanced accuracy {balanced:P2}");
        }

        writer.WriteLine($"macro F1 {Number(Details.MacroF1)}");
        if (Labels.IsEmpty)
        {
            writer.WriteLine($"expected calibration error {Number(Details.CalibrationError)}");
        }

        var width = Details.PerClass.Max(of => of.Name.Length);
        foreach (var of in Details.PerClass)
        {
            var (recall, precision) = (Share(of.Recall), Share(of.Precision));
            writer.WriteLine(
                $"  {of.Name.PadRight(width)} {of.Examples,7} images, recall {recall,8}, precision {precision,8}"
            );
        }
    }

    private static string Sentence(LabelScore label) =>
        (label.Auc, label.Positives) switch
        {
            ({ } area, _) => $"AUC {area:0.0000} ({label.Low:0.0000} to {label.High:0.0000}), "
                + $"{label.Positives} images have it and {label.Negatives} do not",
            (null, 0) => "no AUC, since none of the images has it; left out of the mean",
            _ => "no AUC, since all images have it; left out of the mean",
        };

    private static string Number(double? value) => value is { } number ? $"{number:0.0000}" : "undefined";

    private static string Share(double? value) => value is { } share ? $"{share:P2}" : "-";
}
