using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens evaluate</c>: accuracy, or AUC where images may show several labels, and loss of a checkpoint on labelled images.</summary>
internal static class EvaluateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        return options.Command(
            "evaluate",
            "Accuracy (or mean AUC, where images may show several labels) and loss of a checkpoint on labelled images.",
            [],
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = options.WeightsOf(parsed, 1)[0];
        var settings = AnalysisInputs.Prepare(options, parsed);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var images = AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken);
        using var progress = new ProgressLine("evaluating");
        var measured = Evaluator.Evaluate(network, images, settings, progress, cancellationToken);
        progress.Dispose();
        var (metric, score) = (ScoreText.MetricOf(images), ImageScore.Of(measured, images.Labels));
        var (low, high) = Bootstrap.Interval(score);
        var labels = score is MeanAuc auc ? LabelScore.Of(auc, images) : [];
        if (parsed.GetValue(options.Json))
        {
            var document = new JsonObject
            {
                [metric.ScoreKey] = measured.Score,
                ["low"] = low,
                ["high"] = high,
                ["loss"] = Json.Number(measured.Loss),
                ["examples"] = measured.Examples,
            };
            if (!labels.IsEmpty)
            {
                document["labels"] = LabelScore.Write(labels);
            }

            Json.Print(document);
            return 0;
        }

        Console.WriteLine(
            $"{metric.Name} {ScoreText.Of(metric, measured.Score)} (95 % interval {ScoreText.Of(metric, low)} to {ScoreText.Of(metric, high)}, over images)"
        );
        Console.WriteLine($"loss     {measured.Loss:0.0000} nats");
        Console.WriteLine($"examples {measured.Examples}");
        foreach (var label in labels)
        {
            Console.WriteLine(
                label.Auc is { } area
                    ? $"  {label.Name}: AUC {area:0.0000} ({label.Low:0.0000} to {label.High:0.0000}), {label.Positives} images have it and {label.Negatives} do not"
                    : $"  {label.Name}: no AUC, since {(label.Positives == 0 ? "none of the images has it" : "all images have it")}; left out of the mean"
            );
        }

        return 0;
    }
}
