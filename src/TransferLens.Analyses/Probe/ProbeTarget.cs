using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Probe;

/// <summary>The probes of one target and its fine-tuned runs.</summary>
/// <param name="Target">The target.</param>
/// <param name="Metric">The metric of the scores.</param>
/// <param name="Result">The probes of P, and of random weights if there is a control.</param>
internal sealed record ProbeTarget(string Target, Metric Metric, ProbeResult Result)
{
    /// <summary>The best module of P, chosen on the held-out fifth; the last without images to hold out.</summary>
    public ProbeModule Best => Result.Module(Result.Best ?? Result.Modules[^1].Name);

    /// <summary>
    /// The modules whose logistic regression is not below that of <see cref="Best"/> beyond their uncertainty together.
    /// </summary>
    public required ImmutableArray<string> NotBelowBest { get; init; }

    /// <summary>
    /// Score of the best module of P minus that of the best module of random weights, each chosen on the held-out
    /// fifth; null without a control.
    /// </summary>
    public Effect? OverRandom { get; init; }

    /// <summary>The best module of random weights; null without a control.</summary>
    public ProbeModule? BestRandom =>
        Result.Random is { } random ? random.Module(random.Best ?? random.Modules[^1].Name) : null;

    /// <summary>The fine-tuned runs; null without any that trains the whole network and did not diverge.</summary>
    public RunGroup? FineTuned { get; init; }

    /// <summary>Their mean score; null without.</summary>
    public Effect? FineTunedScore { get; init; }

    /// <summary>
    /// Score of the best module minus the fine-tuned runs' mean, on the same test images; null without runs. The probe
    /// has no seeds: fitted again it is the same. Its interval covers the runs' seeds and the test images.
    /// </summary>
    public Effect? OverFineTuned { get; init; }

    /// <summary>Reads the results of a target.</summary>
    /// <param name="plan">Its tasks.</param>
    /// <param name="results">Reads the results of tasks.</param>
    public static ProbeTarget Read(ProbePlan plan, ITaskResults results)
    {
        var metric = plan.Run.Metric;
        var result = results.Read(plan.Probe).Deserialize<ProbeResult>(metric.Json)!;
        var scores = results.Read(plan.Probe, ScoreFile.Name);
        var (tuned, outcomes) = Tuned(plan, results);
        var target = new ProbeTarget(plan.Target, metric, result) { NotBelowBest = [] };
        var best = Sample(ProbeTask.Pretrained, target.Best.Name);
        var differences = result
            .Modules.Select(module => best.Minus(Sample(ProbeTask.Pretrained, module.Name)))
            .ToList();
        var alpha = SimultaneousBand.Alpha(differences);
        var found = target with
        {
            NotBelowBest =
            [
                .. result
                    .Modules.Zip(differences, (module, difference) => (module.Name, ScoreContrast.Mean([difference])))
                    .Where(pair => pair.Item2.Interval(alpha).Low <= 0)
                    .Select(pair => pair.Name),
            ],
            OverRandom = target.BestRandom is { } random
                ? ScoreContrast.Difference([best], [Sample(ProbeTask.Random, random.Name)])
                : null,
        };
        return outcomes.IsEmpty
            ? found
            : found with
            {
                FineTuned = tuned,
                FineTunedScore = ScoreContrast.Mean(outcomes),
                OverFineTuned = ScoreContrast.OfFixed(best, outcomes),
            };

        ScoreSample Sample(string weights, string module) =>
            ScoreFile.Read(scores, ProbeTask.LogisticScore(weights, module));
    }

    // The sound runs at the learning rate with the best mean on the validation images, the first of equals.
    private static (RunGroup? Group, ImmutableArray<ScoreSample> Scores) Tuned(ProbePlan plan, ITaskResults results)
    {
        var rates = plan
            .FineTuned.Select(group =>
                (
                    Group: group,
                    Sound: group.Seeds.Select(Read).Where(one => !one.Outcome.Diverged).ToList()
                )
            )
            .Where(rate => rate.Sound.Count > 0)
            .ToList();
        if (rates.Count == 0)
        {
            return (null, []);
        }

        var chosen =
            rates.Count == 1
                ? rates[0]
                : rates.MaxBy(rate =>
                    rate.Sound.Average(one => results.Read(one.Run.Validate!, one.Run.Metric).Value)
                );
        return (chosen.Group, [.. chosen.Sound.Select(one => one.Outcome.Sample)]);

        (PlannedRun Run, TrainingOutcome Outcome) Read(PlannedRun run) =>
            (run, TrainingOutcome.Read(run.Train, run.Evaluate, results));
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson()
    {
        var entry = ProbeDocument.Create(Result, Metric);
        entry.Insert(0, "target", Target);
        entry["notBelowBest"] = new JsonArray([.. NotBelowBest.Select(name => (JsonNode)name)]);
        entry["overRandom"] = OverRandom?.ToJson();
        entry["fineTuned"] = FineTuned is { } runs
            ? new JsonObject
            {
                ["run"] = runs.Run,
                ["learningRate"] = runs.LearningRate,
                ["interval"] = FineTunedScore!.ToJson(),
                ["overFineTuned"] = OverFineTuned!.ToJson(),
            }
            : null;
        return entry;
    }
}
