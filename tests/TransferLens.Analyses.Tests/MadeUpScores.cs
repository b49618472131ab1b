using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Randomness;

namespace TransferLens.Analyses.Tests;

/// <summary>
/// The scores of made-up evaluations, image by image: most runs miss the same difficult images, and the accuracy is as
/// made up, to 1 / <see cref="Images"/>.
/// </summary>
internal static class MadeUpScores
{
    public const int Images = 2000;

    // The share of an image's difficulty that all runs see alike.
    private const double Shared = 0.9;

    private static readonly double[] Difficulty = Uniform(1);

    /// <summary>What <c>scores.json</c> contains for an evaluation with these numbers.</summary>
    public static JsonObject Create(TaskSpec task, JsonObject evaluation)
    {
        var seed = (uint)task.Title.Sum(letter => letter) + 2;
        if (evaluation["raw"] is not null)
        {
            return Line(evaluation, seed);
        }

        var metric = (string?)evaluation["metric"]?["key"];
        var document = new JsonObject();
        foreach (var (name, value) in evaluation.Where(one => one.Value is JsonValue))
        {
            if (name is "accuracy" or "balancedAccuracy" or "auc" or "macroF1" or "top5" || name == metric)
            {
                document[name] = ScoreFile.Encode(
                    name == "accuracy" ? Correct((double)value!, seed) : Drawn((double)value!, seed)
                );
            }
        }

        // The made-up images have classes of equal size.
        if (document["accuracy"] is { } accuracy && !document.ContainsKey("balancedAccuracy"))
        {
            document["balancedAccuracy"] = accuracy.DeepClone();
        }

        foreach (var (name, share) in Rewound(evaluation).Concat(Together(evaluation)))
        {
            document[name] = ScoreFile.Encode(Correct(share, seed + (uint)name.Sum(letter => letter)));
        }

        return document;
    }

    // What a task of module criticality leaves: the scores that modules are judged by.
    private static IEnumerable<(string Name, double Accuracy)> Rewound(JsonObject result)
    {
        if (result["rewinding"] is not { } rewinding)
        {
            yield break;
        }

        yield return ("trained", Accuracy(rewinding["trainedRecalibrated"] ?? rewinding["trained"]!));
        foreach (var module in rewinding["modules"]!.AsArray())
        {
            yield return ($"rewound {module!["name"]}", Accuracy(module["recalibrated"] ?? module));
        }
    }

    // What a task leaves that rewinds several modules together.
    private static IEnumerable<(string Name, double Accuracy)> Together(JsonObject result)
    {
        foreach (var seed in result["together"]?.AsArray() ?? [])
        {
            var judged = seed!["recalibrated"] ?? seed;
            yield return ($"together {seed["seed"]}", Accuracy(judged));
            yield return ($"trained {seed["seed"]}", Accuracy(judged) + (double)judged["accuracyLost"]!["value"]!);
        }
    }

    private static double Accuracy(JsonNode scored) => (double)scored["accuracy"]!;

    public static ScoreSample Correct(double accuracy, uint seed)
    {
        var chance = Uniform(seed);
        var order = Enumerable
            .Range(0, Images)
            .OrderBy(image => (Shared * Difficulty[image]) + ((1 - Shared) * chance[image]))
            .ToArray();
        var correct = new double[Images];
        foreach (var image in order.Take((int)Math.Round(Images * accuracy)))
        {
            correct[image] = 1;
        }

        return ScoreSample.FromValues(ImmutableArray.Create(correct));
    }

    // The line between two models: between its ends each point varies by itself, as much as its barrier says.
    private static JsonObject Line(JsonObject result, uint seed)
    {
        var document = new JsonObject();
        foreach (var curve in ((string[])["raw", "recalibrated"]).Where(name => result[name] is not null))
        {
            var (points, barrier) = (result[curve]!["points"]!.AsArray(), result[curve]!["barrier"]!);
            foreach (var point in points.Where(point => (double)point!["lambda"]! is >= 0 and <= 1))
            {
                var lambda = (double)point!["lambda"]!;
                Add("score", lambda, (double?)(point["accuracy"] ?? point["auc"]), (double?)barrier["accuracyNoise"]);
                Add("loss", lambda, (double?)point["loss"], (double?)barrier["lossNoise"]);
            }

            void Add(string what, double lambda, double? value, double? noise)
            {
                var spread = lambda is 0 or 1 ? 0 : (noise ?? 0.01) / 1.96;
                var draws = Normal(seed + (uint)(1000 * lambda)).Select(own => value + (spread * own));
                if (points.All(point => what == "score" || point!["loss"] is not null))
                {
                    document[string.Create(CultureInfo.InvariantCulture, $"{curve} {what} at {lambda}")] =
                        ScoreFile.Encode(ScoreSample.FromDraws(value!.Value, Images, [.. draws.OfType<double>()]));
                }
            }
        }

        return document;
    }

    private static double[] Normal(uint seed)
    {
        var uniform = Uniform(seed);
        return
        [
            .. Enumerable
                .Range(0, Images / 2)
                .Select(i =>
                    Math.Sqrt(-2 * Math.Log(1 - uniform[2 * i])) * Math.Cos(2 * Math.PI * uniform[(2 * i) + 1])
                ),
        ];
    }

    private static ScoreSample Drawn(double value, uint seed) =>
        ScoreSample.FromDraws(
            value,
            Images,
            [.. Difficulty.Zip(Uniform(seed), (shared, own) => value + (0.02 * (shared - 0.5)) + (0.005 * (own - 0.5)))]
        );

    private static double[] Uniform(uint seed)
    {
        var random = new NumpyRandom(seed);
        return [.. Enumerable.Range(0, Images).Select(_ => random.Below(1 << 30) / (double)(1 << 30))];
    }
}
