using System.Text.Json;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>
/// Whether both starts have fitted their training images. Where the training score of one lags by more than
/// <see cref="ConfidenceRule.LargestLag"/>, findings that compare the two say so, are not judged high and
/// recommend nothing: longer training may change them.
/// </summary>
internal static class TrainingFit
{
    /// <summary>Marks the findings that compare runs from P with runs from random weights.</summary>
    /// <param name="findings">All findings.</param>
    /// <param name="plan">The study's plan.</param>
    /// <param name="results">Its results.</param>
    public static IEnumerable<Finding> Mark(IEnumerable<Finding> findings, Plan plan, ITaskResults results)
    {
        var lags = plan
            .Runs.GroupBy(run => run.Target)
            .Select(target => (Target: target.Key, Sentence: Lag(target, results)))
            .Where(target => target.Sentence is not null)
            .ToDictionary(target => target.Target, target => target.Sentence!);
        return findings.Select(finding =>
            finding is { ComparesStarts: true, Target: { } target } && lags.GetValueOrDefault(target) is { } sentence
                ? finding with
                {
                    Detail = finding.Detail is { } detail ? $"{detail} {sentence}" : sentence,
                    Decision = finding.Decision is { } decision ? decision with { NotFitted = true } : null,
                    Recommendation = null,
                }
                : finding
        );
    }

    private static string? Lag(IEnumerable<PlannedRun> runs, ITaskResults results)
    {
        var starts = runs.GroupBy(run => (run.Run, run.LearningRate, run.Initialization))
            .Select(group => new Start(group.First(), Score(group, results)))
            .Where(start => start.Score is not null)
            .ToLookup(start => start.Run.Initialization);
        var (one, other) = (Best(starts[Initialization.Pretrained]), Best(starts[Initialization.Random]));
        if (one is null || other is null)
        {
            return null;
        }

        var (ahead, behind) = one.Score >= other.Score ? (one, other) : (other, one);
        return ahead.Score - behind.Score <= ConfidenceRule.LargestLag
            ? null
            : $"{behind.Run.Run} has not fitted its training images.";

        Start? Best(IEnumerable<Start> side) => side.MaxBy(start => start.Score);
    }

    // The mean training score of the last epoch; null where all runs diverged.
    private static double? Score(IEnumerable<PlannedRun> runs, ITaskResults results)
    {
        var scores = runs.Select(run => Score(run, results)).OfType<double>().ToList();
        return scores.Count == 0 ? null : scores.Average();
    }

    private static double? Score(PlannedRun run, ITaskResults results)
    {
        var trained = results.Read(run.Train);
        return (string?)trained["status"] == "diverged"
            ? null
            : trained["epochs"]
                .Deserialize<List<TrainingEpoch>>(Metric.OfCurve(trained["epochs"]!).Json)!
                .LastOrDefault()
                ?.TrainScore;
    }

    private sealed record Start(PlannedRun Run, double? Score);
}
