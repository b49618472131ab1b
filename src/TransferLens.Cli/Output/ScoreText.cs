using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>Scores as commands print them, with more digits than in findings.</summary>
internal static class ScoreText
{
    /// <summary>The default metric of some images.</summary>
    public static Metric MetricOf(ImageSet images) => Metric.DefaultFor(images.Labels.IsMultiLabel);

    /// <summary>The metric that an evaluation of some images uses.</summary>
    public static Metric MetricOf(EvaluationSettings settings, ImageSet images) => settings.Metric ?? MetricOf(images);

    /// <summary>A score, for example <c>85.80 %</c> or <c>0.8580</c>.</summary>
    public static string Of(Metric metric, double score) => metric.IsPercent ? $"{score:P2}" : $"{score:0.0000}";

    /// <summary>A difference without its unit, for example <c>2.90</c> or <c>0.0290</c>.</summary>
    public static string Plain(Metric metric, double difference) =>
        metric.IsPercent ? $"{100 * difference:0.00}" : $"{difference:0.0000}";

    /// <summary>A difference with its sign and without its unit.</summary>
    public static string Signed(Metric metric, double difference) =>
        metric.IsPercent ? $"{100 * difference:+0.00;-0.00;0.00}" : $"{difference:+0.0000;-0.0000;0.0000}";

    /// <summary>What follows a score: <c>correct</c> for accuracy, else the metric's name.</summary>
    public static string Correct(Metric metric) => metric.CountsCorrectImages ? "correct" : metric.Name;

    /// <summary>A difference with its unit and its interval.</summary>
    public static string Gain(Metric metric, Estimate gain)
    {
        var interval = $"{Signed(metric, gain.Low)} to {Signed(metric, gain.High)}";
        return $"{Signed(metric, gain.Value)} {metric.DifferenceWords} ({interval})";
    }
}
