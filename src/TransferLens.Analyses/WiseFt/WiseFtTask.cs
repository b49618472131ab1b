using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// Settings of the task kind <c>wise_ft</c>: the lines from P to models that differ only in their seed.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of the head of P-T.</param>
/// <param name="Alphas">Where to measure.</param>
/// <param name="Margin">What counts as no worse than P-T, in the unit of the score.</param>
/// <param name="RecalibrationImages">The most training images to recompute statistics from; null for all.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number type that the network computes in.</param>
internal sealed record WiseFtTaskSettings(
    string Network,
    int Classes,
    ImmutableArray<double> Alphas,
    double Margin,
    int? RecalibrationImages,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Key of the target's metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>
/// The task kind <c>wise_ft</c>. Runs that diverged are left out. Where an alpha below 1 passes, the artifact contains
/// the weights there of the best run, in <see cref="WeightsFile"/>. The scores of all models are in <c>scores.json</c>.
/// </summary>
internal sealed class WiseFtTask : ITaskRunner
{
    /// <summary>The file of the chosen weights in the artifact.</summary>
    public const string WeightsFile = "wise_ft.safetensors";

    /// <summary>Role of P.</summary>
    public const string Pretrained = "P";

    /// <summary>Role of the target's validation images.</summary>
    public const string Validation = "validation";

    /// <summary>Role of the source's test images.</summary>
    public const string SourceImages = "source images";

    /// <summary>Role of the source's training images.</summary>
    public const string SourceRecalibrateOn = "source recalibrate_on";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("wise_ft", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<WiseFtTaskSettings>(context.Settings);
        using var images = new WiseFtImages(context);
        var file = CheckpointFiles.Find(context.Inputs[Pretrained], "last");
        using var pretrained = ModelFile.LoadOwnHead(context.Network(settings.Network), file);
        var metric = Metrics.Choose(settings.Metric, images.Target.Labels, settings.Classes, context.Metrics());
        var evaluation = new EvaluationSettings(
            settings.Normalize,
            EvaluationSettings.DefaultBatchSize,
            settings.Precision
        );
        var measurement = new WiseFtRunMeasurement(settings, evaluation, metric, images, context);
        var members = ModelSet.Sound(context);
        ImmutableArray<(WiseFtLines Lines, WiseFtScores Scores)> measured =
        [
            .. members.Select(
                (i, k) => Measure(i, new(context.Progress, k / (double)members.Length, 1.0 / members.Length))
            ),
        ];
        ImmutableArray<WiseFtScores> scores = [.. measured.Select(one => one.Scores)];
        var chosen = members.IsEmpty ? null : Save(context, settings, evaluation, pretrained, images, members, scores);
        var source = images.Source is null ? metric : Metrics.DefaultFor(images.Source.Labels);
        var result = new JsonObject
        {
            ["members"] = new JsonArray([.. members.Select(i => (JsonNode)i)]),
            ["lines"] = new JsonArray([.. measured.Select(one => one.Lines.ToJson(metric, source))]),
            ["saved"] = chosen,
        };
        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
        ScoreFile.Write(context.Output, scores.SelectMany((one, k) => one.Named(k, settings.Alphas)));

        (WiseFtLines, WiseFtScores) Measure(int i, PartialProgress progress)
        {
            using var fineTuned = Load(context, settings, i);
            return measurement.Measure(pretrained, fineTuned, context.PartialResults.Section($"run {i}"), progress);
        }
    }

    // The index in members of the model whose weights were saved; null where no alpha below 1 passed.
    private static JsonNode? Save(
        TaskContext context,
        WiseFtTaskSettings settings,
        EvaluationSettings evaluation,
        Network pretrained,
        WiseFtImages images,
        ImmutableArray<int> members,
        ImmutableArray<WiseFtScores> scores
    )
    {
        var choice = WiseFtScores.Choose(scores, settings.Margin);
        if (!choice.IsBelowOne)
        {
            return null;
        }

        var best = WiseFtScores.Best(scores, choice.Index);
        var alpha = settings.Alphas[choice.Index];
        using var fineTuned = Load(context, settings, members[best]);
        using var weights = WiseFtMeasurement.Mix(
            pretrained,
            fineTuned,
            alpha,
            evaluation with
            {
                PartialResults = context.PartialResults.Section("saved"),
            },
            images.RecalibrateOn,
            settings.RecalibrationImages,
            Recalibration.DefaultBatch,
            context.CancellationToken
        );
        Safetensors.Write(
            Path.Combine(context.Output, WeightsFile),
            weights,
            Metadata(fineTuned, alpha, "training images")
        );
        return best;
    }

    /// <summary>The metadata of the file with the chosen weights.</summary>
    /// <param name="network">The network; without batch normalization nothing is stated about its statistics.</param>
    /// <param name="alpha">The chosen alpha.</param>
    /// <param name="recomputedOn">
    /// The images in words that running statistics were recomputed on; null where they were not.
    /// </param>
    public static IReadOnlyDictionary<string, string> Metadata(Network network, double alpha, string? recomputedOn)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["made_by"] = "transferlens: (1 - alpha) P + alpha P-T, head of P-T",
            ["alpha"] = alpha.ToString(CultureInfo.InvariantCulture),
        };
        if (Recalibration.Applies(network))
        {
            metadata["running_statistics"] = Statistics(alpha, recomputedOn);
        }

        return metadata;
    }

    private static string Statistics(double alpha, string? recomputedOn) =>
        (recomputedOn, alpha) switch
        {
            ({ } images, _) => $"recomputed on {images}",
            (null, <= 0) => "those of P",
            (null, >= 1) => "those of P-T",
            _ => "interpolated",
        };

    private static Network Load(TaskContext context, WiseFtTaskSettings settings, int i) =>
        ModelFile.Load(context.Network(settings.Network), settings.Classes, context.Inputs[ModelSet.Role(i)], "last");
}
