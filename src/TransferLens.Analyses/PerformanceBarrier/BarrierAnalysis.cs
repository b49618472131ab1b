using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Findings;
using TransferLens.Plans;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary><see cref="PerformanceBarrier"/> as part of a study: every pair of trainings on a target.</summary>
public sealed class BarrierAnalysis : IAnalysis
{
    private sealed record Chosen(int Points, double From, double To, string Checkpoint, int RecalibrationPictures);

    /// <inheritdoc/>
    public string Name => "performance_barrier";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => ["points", "from", "to", "checkpoint", "recalibration_pictures"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings)
    {
        var reader = new SettingsReader(Name, settings);
        var chosen = new Chosen(
            reader.Whole("points", 11, 2, 10001), reader.Number("from", 0, -100, 0), reader.Number("to", 1, 1, 100),
            reader.OneOf("checkpoint", "last", "last", "best"), reader.Whole("recalibration_pictures", 2000, 2));
        return TaskSettings.Write(chosen);
    }

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings)
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        var lambdas = PerformanceBarrier.Grid(chosen.Points, chosen.From, chosen.To);
        return [.. RunPair.Of(study).Select(pair =>
        {
            var (first, second) = (pair.First, pair.Second!);
            var training = TaskSettings.Read<TrainTaskSettings>(first.Train.Settings);
            if (chosen.Checkpoint == "best" && !(training.Training.KeepBest && TaskSettings.Read<TrainTaskSettings>(second.Train.Settings).Training.KeepBest))
            {
                throw new InputException($"analyses.{Name}.checkpoint is best, but {pair.Label} do not keep their best epoch; set keep_best: true in their training.");
            }

            return new TaskSpec
            {
                Kind = BarrierTask.KindName,
                Version = 1,
                Settings = TaskSettings.Write(new BarrierTaskSettings(
                    study.Study.Network, training.Classes, chosen.Checkpoint, lambdas, chosen.RecalibrationPictures, training.Normalize, training.Training.Precision)),
                Inputs = StudyTasks.Roles(("first", first.Train), ("second", second.Train), ("pictures", first.TestPictures), ("recalibrate_on", first.TrainPictures)),
                Title = $"barrier {first.Target} {pair.Label}",
                Cost = lambdas.Length * ((2 * first.Evaluate.Cost) + chosen.RecalibrationPictures),
            };
        })];
    }

    /// <inheritdoc/>
    public AnalysisSection Conclude(PlannedStudy study, JsonObject settings, IReadOnlyList<TaskSpec> tasks, ITaskResults results)
    {
        ImmutableArray<PairBarrier> pairs = [.. RunPair.Of(study).Zip(tasks, (pair, task) => Read(pair, results, results.Read(task)))];
        var chosen = TaskSettings.Read<Chosen>(settings);
        return new(
            Name, "Performance barrier", new JsonArray([.. pairs.Select(pair => pair.ToJson())]),
            BarrierFindings.Of(pairs), BarrierFigure.Of(pairs), [BarrierFigure.Table(pairs)],
            new(
                "theta(lambda) = (1 - lambda) theta_1 + lambda theta_2; the barrier is the largest shortfall of test accuracy below the straight line between the two ends, over lambda in [0, 1].",
                $"{chosen.Points} points from {chosen.From} to {chosen.To}, 0, 0.5 and 1 among them; {chosen.Checkpoint} epochs; recalibrated on at most {chosen.RecalibrationPictures} training pictures",
                "Neyshabur, Sedghi, Zhang 2020, section 3.4; recalibration: Izmailov et al. 2018, section 3.2",
                ["The raw curve interpolates running statistics of batch normalization, which fit no activation in the middle; the recalibrated curve recomputes them at every point, its ends included.",
                 "A straight line without a barrier shows one basin; a barrier on it does not exclude a curved way around."]));
    }

    private static PairBarrier Read(RunPair pair, ITaskResults results, JsonNode measured)
    {
        JsonNode[] ends = [.. new[] { pair.First, pair.Second! }.Select(run => results.Read(run.Evaluate))];
        var widest = ends.Max(end => (double)end["accuracy_high"]! - (double)end["accuracy_low"]!);
        var learned = ends.All(end => (double)end["accuracy_low"]! > ((double?)end["largest_class"] ?? 0));
        var diverged = new[] { pair.First, pair.Second! }.Any(run => (string?)results.Read(run.Train)["status"] == "diverged");
        return new(pair, diverged, Curve("raw")!, Curve("recalibrated"), widest / 2, learned);

        BarrierCurve? Curve(string name) => measured[name]?.Deserialize<BarrierCurve>(StudyJson.Options);
    }
}
