using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The file <c>scores.json</c> of a task: scores by name, each as a <see cref="ScoreSample"/>, so that findings can
/// compare runs on the same test images. Numbers are in base64: one bit per image where each is 0 or 1, otherwise
/// little-endian float64.
/// </summary>
internal static class ScoreFile
{
    /// <summary>Its name in an artifact.</summary>
    public const string Name = "scores.json";

    /// <summary>Writes scores into an artifact.</summary>
    /// <param name="artifact">Folder of the artifact.</param>
    /// <param name="scores">The scores by name.</param>
    public static void Write(string artifact, IEnumerable<(string Name, ScoreSample Score)> scores)
    {
        var document = new JsonObject(
            scores.Select(score => KeyValuePair.Create(score.Name, (JsonNode?)Encode(score.Score)))
        );
        File.WriteAllText(Path.Combine(artifact, Name), document.ToJsonString());
    }

    /// <summary>
    /// Writes the scores of an evaluation: the chosen metric, the default of the images, and balanced accuracy.
    /// </summary>
    /// <param name="artifact">Folder of the artifact.</param>
    /// <param name="measured">The evaluation.</param>
    /// <param name="images">The images that it was made on.</param>
    public static void Write(string artifact, EvaluationResult measured, ImageSet images)
    {
        var usual = Metrics.DefaultFor(images.Labels);
        ImageMetric[] metrics = images.Labels.IsMultiLabel
            ? [measured.Metric ?? usual, usual]
            : [measured.Metric ?? usual, usual, new BalancedAccuracyMetric()];
        Write(
            artifact,
            metrics
                .DistinctBy(metric => metric.JsonKey)
                .Select(metric => (metric.JsonKey, ScoreSample.FromScore(metric.Score(measured, images.Labels))))
        );
    }

    /// <summary>A score of a document.</summary>
    /// <param name="document">The file's content.</param>
    /// <param name="name">The name of the score.</param>
    /// <exception cref="InputException">It has no such score.</exception>
    public static ScoreSample Read(JsonNode document, string name) =>
        document[name] is JsonObject score
            ? Decode(score)
            : throw new InputException($"The file {Name} of a task has no score '{name}'; run the study again.");

    /// <summary>The scores that are means over images, so that readers can compare runs themselves.</summary>
    /// <param name="document">The file's content.</param>
    public static JsonObject PerImage(JsonNode document) =>
        new(
            document
                .AsObject()
                .Where(score => score.Value!["draws"] is null)
                .Select(score => KeyValuePair.Create(score.Key, score.Value?.DeepClone()))
        );

    /// <summary>A score as JSON.</summary>
    /// <param name="score">The score.</param>
    public static JsonObject Encode(ScoreSample score)
    {
        if (!score.IsMean)
        {
            return new()
            {
                ["images"] = score.Images,
                ["value"] = double.IsFinite(score.Value) ? score.Value : null,
                ["draws"] = Bytes(score.Draws),
            };
        }

        return score.Values.All(value => value is 0 or 1)
            ? new() { ["images"] = score.Images, ["bits"] = Convert.ToBase64String(Bits(score.Values)) }
            : new() { ["images"] = score.Images, ["values"] = Bytes(score.Values) };
    }

    private static ScoreSample Decode(JsonObject score)
    {
        var images = (int)score["images"]!;
        if (score["bits"] is { } bits)
        {
            var bytes = Convert.FromBase64String((string)bits!);
            return ScoreSample.FromValues([
                .. Enumerable.Range(0, images).Select(i => (double)((bytes[i / 8] >> (i % 8)) & 1)),
            ]);
        }

        return score["values"] is { } values
            ? ScoreSample.FromValues(Numbers(values))
            : ScoreSample.FromDraws((double?)score["value"] ?? double.NaN, images, Numbers(score["draws"]!));
    }

    private static byte[] Bits(ImmutableArray<double> values)
    {
        var bytes = new byte[(values.Length + 7) / 8];
        for (var i = 0; i < values.Length; i++)
        {
            bytes[i / 8] |= (byte)((int)values[i] << (i % 8));
        }

        return bytes;
    }

    private static string Bytes(ImmutableArray<double> numbers) =>
        Convert.ToBase64String(MemoryMarshal.AsBytes(numbers.AsSpan()));

    private static ImmutableArray<double> Numbers(JsonNode text) =>
        [.. MemoryMarshal.Cast<byte, double>(Convert.FromBase64String((string)text!))];
}
