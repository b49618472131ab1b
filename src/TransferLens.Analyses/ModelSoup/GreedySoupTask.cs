using System.Collections.Immutable;
using System.Text.Json;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The result of a task of the kind <c>greedy_soup</c>.</summary>
/// <param name="Members">Indices of the runs that did not diverge; those of the steps refer to them.</param>
/// <param name="Greedy">Which were added; null with fewer than two members.</param>
/// <param name="Soup">The soup next to its members on the test images; null where it is a single run.</param>
internal sealed record GreedyTaskResult(ImmutableArray<int> Members, GreedySoup? Greedy, SoupResult? Soup);

/// <summary>
/// The task kind <c>greedy_soup</c>, with the settings of <see cref="SoupTask"/>. Runs that diverged are left out.
/// Where two members or more were added, the artifact contains the weights in <see cref="SoupTask.SoupFile"/>, and the
/// scores of the members that were added in <c>scores.json</c>.
/// </summary>
internal sealed class GreedySoupTask : ITaskRunner
{
    /// <summary>Role of the validation images, which choose the members.</summary>
    public const string Validation = "validation images";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("greedy_soup", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SoupTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, settings.Network, settings.Classes, "last");
        using var validation = ImageCache.Open(context.Inputs[Validation]);
        var members = ModelSet.Sound(context);
        var metric = Metrics.Choose(settings.Metric, loaded.Images.Labels, settings.Classes, context.Metrics());
        var evaluation = settings.Evaluation(metric) with { PartialResults = context.PartialResults };
        var greedy =
            members.Length < 2
                ? null
                : GreedyMeasurement.Select(
                    loaded.Network,
                    [.. members.Select(i => loaded.Models[i])],
                    validation,
                    evaluation.Section("selection"),
                    loaded.RecalibrateOn,
                    settings.RecalibrationImages,
                    Recalibration.DefaultBatch,
                    context.Progress,
                    context.CancellationToken
                );
        var soup = greedy is { Members.Length: > 1 }
            ? Measure(context, settings, evaluation, loaded, members, greedy)
            : null;
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            JsonSerializer.Serialize(new GreedyTaskResult(members, greedy, soup), metric.Json)
        );
    }

    private static SoupResult Measure(
        TaskContext context,
        SoupTaskSettings settings,
        EvaluationSettings evaluation,
        LoadedModels loaded,
        ImmutableArray<int> members,
        GreedySoup greedy
    )
    {
        int[] added = [.. greedy.Members.Select(i => members[i])];
        using var average = SoupMeasurement.Average([.. added.Select(i => loaded.Models[i])]);
        var evaluations = added
            .Select(i => EvaluationFile.Read(context.Inputs[SoupTask.EvaluationRole(i)], context.Metrics()))
            .ToList();
        var (result, scores, weights) = SoupMeasurement.Measure(
            loaded.Network,
            average,
            evaluations,
            loaded.Images,
            evaluation,
            loaded.RecalibrateOn,
            settings.RecalibrationImages,
            Recalibration.DefaultBatch,
            SoupMeasurement.DefaultSeed,
            context.CancellationToken,
            [.. greedy.Steps.Where(step => step.Added).Select(step => step.Score)]
        );
        ScoreFile.Write(context.Output, scores.Named);
        using (weights)
        {
            Safetensors.Write(
                Path.Combine(context.Output, SoupTask.SoupFile),
                weights,
                SoupTask.Metadata(added.Length, result, isGreedy: true)
            );
        }

        return result;
    }
}
