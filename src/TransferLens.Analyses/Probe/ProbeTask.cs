using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;

namespace TransferLens.Analyses.Probe;

/// <summary>Settings of the task kind <c>probe</c>: the probes of P, and of random weights, on one target.</summary>
/// <param name="Neighbours">Number of nearest neighbours.</param>
/// <param name="Seed">Seed of the held-out fifth.</param>
internal sealed record ProbeTaskSettings(int Neighbours, int Seed)
{
    /// <summary>C of all modules; null to choose it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? C { get; init; }

    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>
/// The task kind <c>probe</c>. Its artifact contains the numbers in <c>result.json</c>, and the score of each probe on
/// each test image in <c>scores.json</c>.
/// </summary>
internal sealed class ProbeTask : ITaskRunner
{
    /// <summary>The features of P.</summary>
    public const string Pretrained = "P";

    /// <summary>The features of random weights.</summary>
    public const string Random = "random";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("probe", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<ProbeTaskSettings>(context.Settings);
        using var train = ImageCache.Open(context.Inputs["train"]);
        using var test = ImageCache.Open(context.Inputs["test"]);
        var metric = Metrics.Choose(settings.Metric, test.Labels, test.Classes.Length, context.Metrics());
        var evaluation = ModuleFeaturesTask.Evaluation(metric);
        var probe = new ProbeSettings
        {
            C = settings.C,
            Neighbours = settings.Neighbours,
            Seed = (uint)settings.Seed,
        };
        var hasControl = context.Inputs.ContainsKey(FeaturesRole(Random, "train"));
        var (result, scores) = Compute(Pretrained, 0, hasControl ? 0.5 : 1);
        if (hasControl)
        {
            var (random, ofRandom) = Compute(Random, 0.5, 0.5);
            (result, scores) = (result with { Random = random }, [.. scores, .. ofRandom]);
        }

        ScoreFile.Write(context.Output, scores);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), JsonSerializer.Serialize(result, metric.Json));

        (ProbeResult Result, List<(string, ScoreSample)> Scores) Compute(string weights, double from, double share)
        {
            var (made, ofModules) = ProbeMeasurement.Compute(
                new(
                    ModuleFeaturesTask.Read(context.Inputs[FeaturesRole(weights, "train")]),
                    train.Labels,
                    ModuleFeaturesTask.Read(context.Inputs[FeaturesRole(weights, "test")]),
                    test
                ),
                evaluation with
                {
                    PartialResults = context.PartialResults.Section(weights),
                },
                probe,
                new PartialProgress(context.Progress, from, share),
                context.CancellationToken
            );
            return (
                made,
                [
                    .. ofModules.SelectMany(one =>
                        new[]
                        {
                            (LogisticScore(weights, one.Module), one.Logistic),
                            (NeighbourScore(weights, one.Module), one.Knn),
                        }
                    ),
                ]
            );
        }
    }

    /// <summary>The role of the features of some weights on training or test images.</summary>
    public static string FeaturesRole(string weights, string images) => $"features of {weights} on {images}";

    /// <summary>The name of a module's logistic regression in <c>scores.json</c>.</summary>
    public static string LogisticScore(string weights, string module) => $"{weights} logistic {module}";

    /// <summary>The name of a module's nearest neighbours in <c>scores.json</c>.</summary>
    public static string NeighbourScore(string weights, string module) => $"{weights} knn {module}";
}
