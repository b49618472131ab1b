using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>A greedy soup of <c>transferlens soup</c>, measured on the images of <c>--data</c>.</summary>
/// <param name="Greedy">Which members were added, by validation images.</param>
/// <param name="Soup">The soup next to its members; null where it is a single one.</param>
/// <param name="Score">Its score.</param>
/// <param name="Loss">Its mean loss in nats.</param>
/// <param name="Weights">Its weights.</param>
internal sealed record MeasuredGreedy(
    GreedySoup Greedy,
    SoupResult? Soup,
    Estimate Score,
    double Loss,
    StateDict Weights
) : IDisposable
{
    /// <summary>Makes and measures it.</summary>
    /// <param name="members">The checkpoints, at least two; they do not change.</param>
    /// <param name="images">The images that performance is measured on.</param>
    /// <param name="validation">The images that choose.</param>
    /// <param name="settings">How the networks are evaluated.</param>
    /// <param name="recalibrateOn">The images to recompute statistics from; null for none.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    public static MeasuredGreedy Measure(
        IReadOnlyList<Network> members,
        ImageSet images,
        ImageSet validation,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        CancellationToken cancellationToken
    )
    {
        var models = members.Select(member => StateDict.Of(member)).ToList();
        try
        {
            var greedy = Select(members[0], models, validation, settings, recalibrateOn, cancellationToken);
            var evaluations = greedy
                .Members.Select(i => Evaluator.Evaluate(members[i], images, settings, null, cancellationToken))
                .ToList();
            if (evaluations is [var only])
            {
                var score = ImageScore.Of(only, images.Labels);
                var (low, high) = Bootstrap.Interval(score);
                return new(greedy, null, new(only.Score, low, high), only.Loss, models[greedy.Members[0]].Clone());
            }

            using var average = SoupMeasurement.Average([.. greedy.Members.Select(i => models[i])]);
            var (result, _, weights) = SoupMeasurement.Measure(
                members[0],
                average,
                evaluations,
                images,
                settings,
                recalibrateOn,
                null,
                Recalibration.DefaultBatch,
                SoupMeasurement.DefaultSeed,
                cancellationToken,
                [.. greedy.Steps.Where(step => step.Added).Select(step => step.Score)]
            );
            return new(greedy, result, result.Soup.Score, result.Soup.Loss, weights);
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    private static GreedySoup Select(
        Network network,
        IReadOnlyList<StateDict> models,
        ImageSet validation,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        CancellationToken cancellationToken
    )
    {
        using var progress = new ProgressLine("greedy");
        return GreedyMeasurement.Select(
            network,
            models,
            validation,
            settings,
            recalibrateOn,
            progress: progress,
            cancellationToken: cancellationToken
        );
    }

    /// <summary>The metadata of a file with its weights.</summary>
    /// <param name="statisticsFrom">The images that running statistics were recomputed from, where they were.</param>
    public IReadOnlyDictionary<string, string> Metadata(string statisticsFrom) =>
        Soup is null
            ? new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["made_by"] = "transferlens: greedy soup",
                ["members"] = "1",
            }
            : SoupTask.Metadata(Greedy.Members.Length, Soup, isGreedy: true, statisticsFrom);

    /// <summary>Its part of the document of <c>--json</c>.</summary>
    /// <param name="names">Names of the checkpoints.</param>
    /// <param name="key">Name of the scores.</param>
    public JsonObject ToJson(ImmutableArray<string> names, string key) =>
        new()
        {
            ["members"] = new JsonArray([.. Greedy.Members.Select(i => (JsonNode)names[i])]),
            [key] = Score.Value,
            ["loss"] = Json.Number(Loss),
            ["low"] = Score.Low,
            ["high"] = Score.High,
            ["gainOverMean"] = Soup?.Soup.GainOverMean.ToJson(),
            ["gainOverBest"] = Soup?.Soup.GainOverBest.ToJson(),
            ["validation"] = Greedy.Validation,
            ["barrierForetold"] = Greedy.BarrierForetold,
            ["steps"] = new JsonArray([
                .. Greedy.Steps.Select(step => new JsonObject
                {
                    ["file"] = names[step.Member],
                    ["validation"] = step.Score,
                    ["soupValidation"] = step.SoupScore,
                    ["added"] = step.Added,
                    ["barrier"] = step.Barrier,
                    ["lossBarrier"] = Json.Number(step.LossBarrier),
                }),
            ]),
        };

    /// <summary>Prints it.</summary>
    /// <param name="names">Names of the checkpoints.</param>
    /// <param name="metric">The metric.</param>
    public void Print(ImmutableArray<string> names, Metric metric)
    {
        Console.WriteLine(
            $"Greedy soup of {Greedy.Members.Length} of {names.Length}: {ScoreText.Of(metric, Score.Value)} "
                + $"{ScoreText.Correct(metric)} ({ScoreText.Of(metric, Score.Low)} to "
                + $"{ScoreText.Of(metric, Score.High)}), loss {Loss:0.0000}"
        );
        if (Soup is { } soup)
        {
            Console.WriteLine(
                $"  over its best member, by validation: {ScoreText.Gain(metric, soup.Soup.GainOverBest)}"
            );
        }

        Console.WriteLine("  In the order of validation scores; barriers are those on the line from the soup so far:");
        foreach (var step in Greedy.Steps)
        {
            var barrier = step.Barrier is { } height
                ? $", barrier {ScoreText.Plain(metric, height)} {metric.AmountWords}"
                : "";
            Console.WriteLine(
                $"  {(step.Added ? "added  " : "refused")}  {names[step.Member]}: "
                    + $"{ScoreText.Of(metric, step.Score)}, soup with it "
                    + $"{ScoreText.Of(metric, step.SoupScore)}{barrier}"
            );
        }

        Console.WriteLine(
            Greedy.BarrierForetold switch
            {
                true => "  Every refused checkpoint has a higher barrier than every added one.",
                false => "  Barriers do not tell refused checkpoints from added ones.",
                null => "  Without both added and refused checkpoints, barriers cannot be compared.",
            }
        );
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}
