using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Settings of the task kind <c>spared_modules</c>: trainings that differ in their seeds.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Seeds">The seeds; the task's inputs are <c>training SEED</c>, <c>evaluation SEED</c> and <c>criticality SEED</c>.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">What the network computes in.</param>
public sealed record SparedTaskSettings(
    string Network,
    int Classes,
    ImmutableArray<int> Seeds,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>All spared modules of one training rewound at once.</summary>
/// <param name="Seed">The training's seed.</param>
/// <param name="Score">Test score of that network.</param>
/// <param name="ScoreLost">The trained network's score minus it, with its 95 % bootstrap interval, paired over images.</param>
internal sealed record RewoundTogether(int Seed, double Score, Estimate ScoreLost);

/// <summary>
/// The task kind <c>spared_modules</c>: which modules before the head no seed was seen to need, by their rewinding one at a
/// time, and what rewinding all of them together costs. None where no training is sound or one learned nothing.
/// </summary>
/// <param name="metrics">The metrics that settings may name; null for those that ship.</param>
public sealed class SparedTask(IReadOnlyList<ImageMetric>? metrics = null) : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("spared_modules", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SparedTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, metrics);
        var seeds = settings.Seeds.Where(seed => (string?)Result("training", seed)["status"] != "diverged").ToList();
        var learned =
            seeds.Count > 0
            && seeds.All(seed => TrainingCriticality.HasLearned(Result("training", seed), Result("evaluation", seed)));
        ImmutableArray<string> spared = learned
            ? SparedModules.BeforeHead([
                .. seeds.Select(seed =>
                    Result("criticality", seed)["rewinding"].Deserialize<RewindingResult>(metric.Json)!
                ),
            ])
            : [];
        var together = spared.IsEmpty
            ? []
            : seeds.Select(seed => Together(seed, spared, images, settings, context)).ToList();
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["modules"] = JsonSerializer.SerializeToNode(spared, StudyJson.Options),
                ["together"] = JsonSerializer.SerializeToNode(together, metric.Json),
            }.ToJsonString()
        );

        JsonNode Result(string role, int seed) =>
            JsonNode.Parse(File.ReadAllText(Path.Combine(context.Inputs[$"{role} {seed}"], "result.json")))!;
    }

    private RewoundTogether Together(
        int seed,
        ImmutableArray<string> spared,
        ImageSet images,
        SparedTaskSettings settings,
        TaskContext context
    )
    {
        var training = context.Inputs[$"training {seed}"];
        using var network = ModelFile.Load(Networks.Find(settings.Network), settings.Classes, training, "last");
        using var initial = Checkpoint.Read(CheckpointFiles.PathOf(training, 0));
        foreach (var module in network.Modules.Where(module => spared.Contains(module.Name)))
        {
            CriticalityMeasurement.Rewind(network, module, initial);
        }

        var rewound = Evaluator.Evaluate(
            network,
            images,
            new(settings.Normalize, 256, settings.Precision)
            {
                Metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, metrics),
            },
            context.Progress,
            context.CancellationToken
        );
        return new(
            seed,
            rewound.Score,
            ScoreDifference.Of(
                [EvaluationFile.Score(context.Inputs[$"evaluation {seed}"], images, metrics)],
                [ImageScore.Of(rewound, images.Labels)],
                paired: true
            )
        );
    }
}
