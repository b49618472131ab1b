using TransferLens.Studies.Metrics;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>Scores as commands print them: with more digits than sentences have.</summary>
internal static class ScoreText
{
    /// <summary>The metric that judges a network on some images unless another is chosen.</summary>
    public static Metric MetricOf(ImageSet images) => Metric.DefaultFor(images.Labels.IsMultiLabel);

    /// <summary>The metric that an evaluation of some images uses.</summary>
    public static Metric MetricOf(EvaluationSettings settings, ImageSet images) => settings.Metric ?? MetricOf(images);

    /// <summary>A score, for example <c>85.80 %</c> or <c>0.8580</c>.</summary>
    public static string Of(Metric metric, double score) => metric.IsPercent ? $"{score:P2}" : $"{score:0.0000}";

    /// <summary>A difference without its unit and sign rule, for example <c>2.90</c> or <c>0.0290</c>.</summary>
    public static string Plain(Metric metric, double difference) =>
        metric.IsPercent ? $"{100 * difference:0.00}" : $"{difference:0.0000}";

    /// <summary>A difference with its sign and without its unit.</summary>
    public static string Signed(Metric metric, double difference) =>
        metric.IsPercent ? $"{100 * difference:+0.00;-0.00;0.00}" : $"{difference:+0.0000;-0.0000;0.0000}";

    /// <summary>What follows a score: <c>right</c> for accuracy, else the metric's name.</summary>
    public static string Right(Metric metric) => metric.CountsCorrectImages ? "right" : metric.Name;
}
