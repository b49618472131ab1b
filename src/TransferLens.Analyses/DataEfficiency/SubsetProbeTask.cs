using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Probes;
using TransferLens.Vision.Tasks;
using static TorchSharp.torch;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>Settings of the task kind <c>subset_probes</c>.</summary>
/// <param name="Shares">Shares of the training images, ascending.</param>
/// <param name="Seeds">Seeds of the parts, those of the runs on them.</param>
internal sealed record SubsetProbeSettings(ImmutableArray<double> Shares, ImmutableArray<int> Seeds)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>A probe fitted to a part of the training images.</summary>
/// <param name="Share">The part's share of all.</param>
/// <param name="Seed">The part's seed.</param>
/// <param name="Images">Number of images in it.</param>
/// <param name="C">The chosen C.</param>
/// <param name="Converged">Whether the fit converged.</param>
internal sealed record SubsetProbe(double Share, int Seed, int Images, double C, bool Converged)
{
    /// <summary>The name of its score in <c>scores.json</c>.</summary>
    [JsonIgnore]
    public string ScoreName => string.Create(CultureInfo.InvariantCulture, $"{Share:R} s{Seed}");
}

/// <summary>
/// The task kind <c>subset_probes</c>: logistic regression on P's last features, those that its head reads, fitted to
/// parts of the training images. On all of them there is one probe, since nothing depends on the seed.
/// </summary>
internal sealed class SubsetProbeTask : ITaskRunner
{
    /// <summary>Role of the features on the training images.</summary>
    public const string TrainFeatures = "features on train";

    /// <summary>Role of the features on the test images.</summary>
    public const string TestFeatures = "features on test";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("subset_probes", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SubsetProbeSettings>(context.Settings);
        using var train = ImageCache.Open(context.Inputs["train"]);
        using var test = ImageCache.Open(context.Inputs["test"]);
        var metric = Metrics.Choose(settings.Metric, test.Labels, train.Classes.Length, context.Metrics());
        var evaluation = ModuleFeaturesTask.Evaluation(metric);
        using var known = ModuleFeaturesTask.Read(context.Inputs[TrainFeatures])[^1].ToTensor();
        using var asked = ModuleFeaturesTask.Read(context.Inputs[TestFeatures])[^1].ToTensor();
        var fitted = Parts(settings)
            .Select(part =>
                Fit(
                    part,
                    train,
                    known,
                    test,
                    asked,
                    evaluation,
                    context.PartialResults.Section($"{part.Share:R} {part.Seed}"),
                    context.CancellationToken
                )
            )
            .ToList();
        ScoreFile.Write(context.Output, fitted.Select(one => (one.Probe.ScoreName, one.Score)));
        var result = new JsonObject
        {
            ["probes"] = JsonSerializer.SerializeToNode(fitted.Select(one => one.Probe), ResultJson.Options),
        };
        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }

    private static IEnumerable<(double Share, int Seed)> Parts(SubsetProbeSettings settings) =>
        from share in settings.Shares
        from seed in share == 1 ? settings.Seeds[..1] : settings.Seeds
        select (share, seed);

    private static (SubsetProbe Probe, ScoreSample Score) Fit(
        (double Share, int Seed) part,
        ImageSet train,
        Tensor known,
        ImageSet test,
        Tensor asked,
        EvaluationSettings evaluation,
        PartialResults parts,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var chosen = NestedSubset.Choose(train.Labels, part.Share, part.Seed);
        var features = known.index_select(0, tensor(chosen.Select(i => (long)i).ToArray()));
        var classes = train.Classes.Length;
        using var fit = ProbeFit.Create(
            features,
            train.Labels.At(chosen),
            classes,
            parts: parts,
            cancellationToken: cancellationToken
        );
        var measured = Evaluator.Of(fit.Classifier.Logits(asked), classes, test, evaluation);
        return (
            new(part.Share, part.Seed, chosen.Length, fit.Classifier.C, fit.Classifier.Converged),
            ScoreSample.FromScore(ImageScore.Of(measured, test.Labels))
        );
    }
}
