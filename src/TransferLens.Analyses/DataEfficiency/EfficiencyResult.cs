using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>One way to train on one number of images.</summary>
/// <param name="Label">Name of the runs.</param>
/// <param name="LearningRate">Their learning rate; null for the probe.</param>
/// <param name="Scores">Scores of the runs that did not diverge.</param>
/// <param name="Diverged">Number of runs that diverged.</param>
internal sealed record EfficiencySide(string Label, double? LearningRate, EfficiencyScores Scores, int Diverged)
{
    /// <summary>The mean score with its uncertainty; null when all runs diverged.</summary>
    public Effect? Mean => Scores.Seeds.IsEmpty ? null : ScoreContrast.Mean(Scores.Samples);

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["run"] = Label,
            ["learningRate"] = LearningRate,
            ["score"] = Mean?.ToJson(),
            ["diverged"] = Diverged,
            ["seeds"] = new JsonArray([
                .. Scores.Seeds.Select(seed =>
                    (JsonNode)new JsonObject { ["seed"] = seed.Seed, ["score"] = seed.Score.Value }
                ),
            ]),
        };
}

/// <summary>All ways to train on one number of images.</summary>
/// <param name="Share">Share of the training images.</param>
/// <param name="Images">Their number.</param>
/// <param name="Pretrained">Fine-tuning from P.</param>
/// <param name="Random">Training from random weights.</param>
/// <param name="Probe">The probe of P; null without.</param>
/// <param name="Worth">What pretraining is worth in images; null without a sound run on both sides.</param>
internal sealed record EfficiencyPoint(
    double Share,
    int Images,
    EfficiencySide Pretrained,
    EfficiencySide Random,
    EfficiencySide? Probe,
    ImageWorth? Worth
)
{
    /// <summary>Score of fine-tuning minus that of the probe; null without both.</summary>
    public Effect? AgainstProbe { get; } =
        Probe is null || Probe.Scores.Seeds.IsEmpty || Pretrained.Scores.Seeds.IsEmpty
            ? null
            : Probe.Scores.Seeds is [var only]
                ? ScoreContrast.OfFixed(only.Score, [.. Pretrained.Scores.Samples]).Negated()
            : ScoreContrast.Difference(Pretrained.Scores.Samples, Probe.Scores.Samples);

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["share"] = Share,
            ["images"] = Images,
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["gain"] = Worth?.AtEqual.ToJson(),
            ["worth"] = Worth?.ToJson(),
        };
        if (Probe is not null)
        {
            json["probe"] = Probe.ToJson();
            json["againstProbe"] = AgainstProbe?.ToJson();
        }

        return json;
    }
}

/// <summary>The curves of one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Metric">The metric of all scores.</param>
/// <param name="Equal">What the runs have in common.</param>
/// <param name="Points">By ascending number of images.</param>
/// <param name="ChosenOnValidation">Whether learning rates were chosen on validation images.</param>
/// <param name="Unequal">
/// Names and rates of compared runs whose rates differ, one of them not chosen among several; null for none.
/// </param>
internal sealed record EfficiencyTarget(
    string Target,
    Metric Metric,
    EqualTraining Equal,
    ImmutableArray<EfficiencyPoint> Points,
    bool ChosenOnValidation,
    ((string Run, double Rate) Pretrained, (string Run, double Rate) Random)? Unequal
)
{
    /// <summary>
    /// The point that the headline is about: the most images at which the interval of the worth has both ends, else at
    /// which it has a value, else the fewest at which fine-tuning beats scratch on all; null where nothing tells.
    /// </summary>
    public EfficiencyPoint? Headline =>
        Points.LastOrDefault(point => point.Worth is { Times: not null, Low: not null, High: not null })
        ?? Points.LastOrDefault(point => point.Worth is { Times: not null })
        ?? Points.FirstOrDefault(point => point.Worth is { IsMoreThanAll: true });

    /// <summary>
    /// The fewest images from which on fine-tuning is shown to be better than the probe; null where it is not, even on
    /// all.
    /// </summary>
    public EfficiencyPoint? BeatsProbe =>
        Points.Reverse().TakeWhile(point => point.AgainstProbe is { IsPositive: true }).LastOrDefault();

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["metric"] = Metric.Key,
            ["equal"] = EnumWords<EqualTraining>.Of(Equal),
            ["points"] = new JsonArray([.. Points.Select(point => point.ToJson())]),
        };

    /// <summary>Reads the results of the tasks.</summary>
    public static EfficiencyTarget Read(EfficiencyPlan plan, EfficiencySettings settings, ITaskResults results)
    {
        var metric = plan.Pretrained[0].Run.Metric;
        var probes = plan.Probe is null ? null : Probes(plan.Probe, results);
        var shares = settings.AllShares;
        var (pretrained, random) = (
            shares.Select(share => Best(plan.Pretrained, share, results)).ToImmutableArray(),
            shares.Select(share => Best(plan.Random, share, results)).ToImmutableArray()
        );
        ImmutableArray<EfficiencyScores> curve = [.. random.Select(side => side.Scores)];
        return new(
            plan.Target,
            metric,
            settings.Equal,
            [
                .. shares.Select(
                    (share, i) =>
                        new EfficiencyPoint(
                            share,
                            pretrained[i].Scores.Images,
                            pretrained[i],
                            random[i],
                            probes?[share],
                            ImageWorth.Measure(pretrained[i].Scores, curve)
                        )
                ),
            ],
            plan.Pretrained[0].Validate is not null && (Rates(plan.Pretrained) > 1 || Rates(plan.Random) > 1),
            FindUnequal(plan, pretrained.Zip(random))
        );
    }

    private static int Rates(ImmutableArray<EfficiencyRun> runs) =>
        runs.Select(run => run.Run.LearningRate).Distinct().Count();

    private static ((string, double), (string, double))? FindUnequal(
        EfficiencyPlan plan,
        IEnumerable<(EfficiencySide Pretrained, EfficiencySide Random)> sides
    )
    {
        foreach (var (pretrained, random) in sides)
        {
            var (first, second) = (pretrained.LearningRate!.Value, random.LearningRate!.Value);
            if (StartRates.AreUnequal((first, Rates(plan.Pretrained)), (second, Rates(plan.Random))))
            {
                return ((plan.Pretrained[0].Run.Run, first), (plan.Random[0].Run.Run, second));
            }
        }

        return null;
    }

    // Of several learning rates, the one with the best mean on the validation images; without these, the first.
    private static EfficiencySide Best(ImmutableArray<EfficiencyRun> runs, double share, ITaskResults results)
    {
        var sides = runs.Where(run => run.Share == share)
            .GroupBy(run => run.Run.LearningRate)
            .Select(rate => Read([.. rate], results))
            .ToList();
        return sides.Any(side => side.Validation is not null)
            ? sides.MaxBy(side => side.Validation ?? double.NegativeInfinity).Side
            : sides[0].Side;
    }

    private static (EfficiencySide Side, double? Validation) Read(List<EfficiencyRun> runs, ITaskResults results)
    {
        var first = runs[0];
        var sound = runs.FindAll(run => (string?)results.Read(run.Train)["status"] != "diverged");
        var images = (int?)results.Read(first.Train)["trainImages"]
            ?? (int)results.Read(first.Run.TrainImages)["images"]!;
        var side = new EfficiencySide(
            first.Group.Label,
            first.Run.LearningRate,
            new(images, [.. sound.Select(run => (run.Run.Seed, results.Read(run.Evaluate, run.Run.Metric)))]),
            runs.Count - sound.Count
        );
        var validated = sound.Where(run => run.Validate is not null).ToList();
        return (
            side,
            validated.Count > 0 ? validated.Average(run => results.Read(run.Validate!, run.Run.Metric).Value) : null
        );
    }

    private static Dictionary<double, EfficiencySide> Probes(TaskSpec task, ITaskResults results)
    {
        var scores = results.Read(task, ScoreFile.Name);
        return results
            .Read(task)["probes"]
            .Deserialize<ImmutableArray<SubsetProbe>>(ResultJson.Options)
            .GroupBy(probe => probe.Share)
            .ToDictionary(
                share => share.Key,
                share => new EfficiencySide(
                    EfficiencyWords.Probe,
                    null,
                    new(
                        share.First().Images,
                        [.. share.Select(probe => (probe.Seed, ScoreFile.Read(scores, probe.ScoreName)))]
                    ),
                    0
                )
            );
    }
}
