using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Settings of the task kind <c>mistakes</c>.</summary>
/// <param name="Pairs">Roles of the two inputs of each pair.</param>
/// <param name="Shown">Index of the pair whose images are kept.</param>
/// <param name="Examples">Maximum number of images that only the first, only the second, and both predict
/// incorrectly.</param>
internal sealed record MistakesTaskSettings(ImmutableArray<ImmutableArray<string>> Pairs, int Shown, int Examples);

/// <summary>
/// The task kind <c>mistakes</c>: compares pairs of evaluated runs, and keeps the images of one pair. Its artifact has
/// the numbers in <c>result.json</c>, the images, in base64, in <c>images.json</c>, and in <c>scores.json</c>
/// what means over pairs and runs are judged by (<see cref="MistakeScores"/>).
/// </summary>
internal sealed class MistakesTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("mistakes", 4);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<MistakesTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var evaluations = context
            .Inputs.Where(input => input.Key != "images")
            .ToDictionary(input => input.Key, input => EvaluationFile.Read(input.Value, context.Metrics()));
        var (results, scores) = (new List<MistakesResult>(), new List<PairSamples>());
        var shown = new MistakeImages([], []);
        foreach (var pair in settings.Pairs)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var number = results.Count;
            var measured = context.PartialResults.Compute($"pair {number}", _ => Measure(pair, number));
            shown = measured.Shown ?? shown;
            results.Add(measured.Result);
            scores.Add(PairSamples.Read(measured.Scores));
            context.Progress.Report(
                new(results.Count / (double)settings.Pairs.Length, $"pair {results.Count} of {settings.Pairs.Length}")
            );
        }

        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["classes"] = JsonSerializer.SerializeToNode(images.Classes, ResultJson.Options),
                ["pairs"] = JsonSerializer.SerializeToNode(results, Metric.DefaultFor(images.Labels.IsMultiLabel).Json),
            }.ToJsonString()
        );
        File.WriteAllText(
            Path.Combine(context.Output, "images.json"),
            JsonSerializer.Serialize(shown, ResultJson.Options)
        );
        ScoreFile.Write(context.Output, MistakeScores.Of(evaluations, scores, images.Labels));

        (MistakesResult Result, MistakeImages? Shown, JsonObject Scores) Measure(
            ImmutableArray<string> pair,
            int number
        )
        {
            var (result, score) = MistakeComparison.Measure(evaluations[pair[0]], evaluations[pair[1]], images.Labels);
            return (
                result with
                {
                    OnlyFirstImages = [],
                    OnlySecondImages = [],
                },
                number == settings.Shown
                    ? MistakeGallery.Create(evaluations[pair[0]], evaluations[pair[1]], images, settings.Examples)
                    : null,
                score.Sample().ToJson()
            );
        }
    }
}
