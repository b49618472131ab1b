using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Settings of the task kind <c>resettable_modules</c>: runs that differ only in their seed.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Seeds">
/// The seeds; the task's inputs are <c>training SEED</c>, <c>evaluation SEED</c> and <c>criticality SEED</c>.
/// </param>
/// <param name="Margin">The loss that rewinding a module may cost on average, in the unit of the score.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Precision of the network.</param>
internal sealed record ResettableTaskSettings(
    string Network,
    int Classes,
    ImmutableArray<int> Seeds,
    double Margin,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>
    /// Key of the metric; null for the images' default, so that it is not part of the task's settings.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RecalibrationImages { get; init; }
}

/// <summary>
/// All resettable modules of one run rewound together, with running statistics of batch normalization as they are.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Score">Test score of the rewound network.</param>
/// <param name="ScoreLost">
/// The trained network's score minus that of the rewound one, with its paired 95 % bootstrap interval over images.
/// </param>
internal sealed record RewoundTogether(int Seed, double Score, Estimate ScoreLost)
{
    /// <summary>
    /// The same with the statistics of both networks recomputed; null for networks without batch normalization.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TogetherScore? Recalibrated { get; init; }

    /// <summary>What to judge the modules by: recalibrated where measured, else as the statistics are.</summary>
    [JsonIgnore]
    public TogetherScore Judged => Recalibrated ?? new(Score, ScoreLost);
}

/// <summary>A score of modules rewound together, and what it costs.</summary>
/// <param name="Score">Test score of the rewound network.</param>
/// <param name="ScoreLost">The trained network's score minus this one, as above.</param>
internal sealed record TogetherScore(double Score, Estimate ScoreLost)
{
    /// <summary>Compares a rewound network with the trained one.</summary>
    public static TogetherScore Compare(ImageScore trained, ImageScore rewound) =>
        new(rewound.Value, Lost(ImageScore.Difference([trained], [rewound])));

    private static Estimate Lost(ImageScore difference)
    {
        var (low, high) = Bootstrap.Interval(difference);
        return new(difference.Value, low, high);
    }
}

/// <summary>All resettable modules rewound together, with the scores to judge them by.</summary>
/// <param name="Result">The result.</param>
/// <param name="Trained">The score of the trained network.</param>
/// <param name="Rewound">The score of the rewound one.</param>
internal sealed record MeasuredTogether(RewoundTogether Result, ScoreSample Trained, ScoreSample Rewound)
{
    /// <summary>The scores that the task leaves, by name.</summary>
    public (string Name, ScoreSample Score)[] Scores =>
        [($"trained {Result.Seed}", Trained), ($"together {Result.Seed}", Rewound)];

    /// <summary>The loss of one seed, from the task's file of scores.</summary>
    /// <param name="document">Its content.</param>
    /// <param name="seed">The seed.</param>
    public static ScoreSample ReadLost(JsonNode document, int seed) =>
        ScoreFile.Read(document, $"trained {seed}").Minus(ScoreFile.Read(document, $"together {seed}"));
}

/// <summary>
/// The task kind <c>resettable_modules</c>: the modules before the head whose rewinding, one at a time, costs at most a
/// margin on average over the seeds, and the loss of rewinding all of them together. No modules if all runs diverged or
/// one learned nothing. Losses are judged recalibrated where the network has batch normalization; the scores of the
/// networks that are compared, <c>trained SEED</c> and <c>together SEED</c>, are left in <c>scores.json</c>.
/// </summary>
internal sealed class ResettableTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("resettable_modules", 4);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<ResettableTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, context.Metrics());
        var seeds = settings.Seeds.Where(seed => (string?)Result("training", seed)["status"] != "diverged").ToList();
        var learned =
            seeds.Count > 0
            && seeds.All(seed => MeasuredScore.HasLearned(Result("training", seed), Result("evaluation", seed)));
        var rewinding = seeds
            .Select(seed => Result("criticality", seed)["rewinding"].Deserialize<RewindingResult>(metric.Json)!)
            .ToList();
        var modules = learned ? ResettableModules.BeforeHead(rewinding, settings.Margin) : [];
        var together = modules.IsEmpty
            ? []
            : seeds.Select(seed => Together(seed, modules, images, settings, context)).ToList();
        ScoreFile.Write(context.Output, together.SelectMany(measured => measured.Scores));
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["modules"] = JsonSerializer.SerializeToNode(modules, ResultJson.Options),
                ["together"] = JsonSerializer.SerializeToNode(
                    together.Select(measured => measured.Result),
                    metric.Json
                ),
            }.ToJsonString()
        );

        JsonNode Result(string role, int seed) =>
            JsonNode.Parse(File.ReadAllText(Path.Combine(context.Inputs[$"{role} {seed}"], "result.json")))!;
    }

    private static MeasuredTogether Together(
        int seed,
        ImmutableArray<string> modules,
        ImageSet images,
        ResettableTaskSettings settings,
        TaskContext context
    )
    {
        var training = context.Inputs[$"training {seed}"];
        using var network = ModelFile.Load(context.Network(settings.Network), settings.Classes, training, "last");
        using var final = StateDict.Of(network);
        using var initial = Checkpoint.Read(CheckpointFiles.PathOf(training, 0));
        using var trainImages = Recalibration.Applies(network)
            ? ImageCache.Open(context.Inputs["recalibrate_on"])
            : null;
        var source = trainImages is null ? null : new RecalibrationSource(trainImages, settings.RecalibrationImages);
        var evaluation = new EvaluationSettings(
            settings.Normalize,
            EvaluationSettings.DefaultBatchSize,
            settings.Precision
        )
        {
            Metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, context.Metrics()),
            PartialResults = context.PartialResults.Section($"seed {seed}"),
        };
        var trained = source is null ? null : Evaluate(source, "trained");
        final.CopyTo(network);
        foreach (var module in network.Modules.Where(module => modules.Contains(module.Name)))
        {
            CriticalityMeasurement.Rewind(network, module, initial);
        }

        var unchanged = EvaluationFile.Score(context.Inputs[$"evaluation {seed}"], images, context.Metrics());
        var rewound = Evaluate(null, "rewound");
        var recalibrated = trained is null ? null : Evaluate(source, "recalibrated");
        var raw = TogetherScore.Compare(unchanged, rewound);
        return new(
            new(seed, raw.Score, raw.ScoreLost)
            {
                Recalibrated = trained is null ? null : TogetherScore.Compare(trained, recalibrated!),
            },
            ScoreSample.FromScore(trained ?? unchanged),
            ScoreSample.FromScore(recalibrated ?? rewound)
        );

        ImageScore Evaluate(RecalibrationSource? on, string name)
        {
            var own = evaluation.Section(name);
            on?.Recalibrate(network, own, context.CancellationToken);
            var measured = Evaluator.Evaluate(network, images, own, context.Progress, context.CancellationToken);
            return ImageScore.Of(measured, images.Labels);
        }
    }
}
