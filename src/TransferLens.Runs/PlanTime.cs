using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>Estimates how long a plan takes on this machine.</summary>
internal static class PlanTime
{
    /// <summary>The estimate in words. Measures for some seconds, unless nothing is left to compute.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="left">Its tasks that are not done.</param>
    /// <param name="catalog">Contains the network.</param>
    /// <param name="share">Tasks at a time, and threads of each.</param>
    /// <param name="clock">The clock.</param>
    public static string Sentence(
        Plan plan,
        IReadOnlyCollection<TaskSpec> left,
        Catalog catalog,
        (int Jobs, int Threads) share,
        TimeProvider clock
    )
    {
        if (left.Count == 0)
        {
            return "Nothing is left to compute.";
        }

        var training = TaskSettings.Read<TrainTaskSettings>(plan.Runs[0].Train.Settings);
        var speed = ComputeSpeed.Measure(
            new(
                (NetworkArchitecture)catalog.Network(training.Network),
                training.Classes,
                plan.Study.Images.Size,
                training.Training.BatchSize,
                training.Training.Precision,
                share.Jobs,
                share.Threads
            ),
            clock
        );
        var estimate = PlanEstimate.Compute(left, share.Jobs, speed.TrainSeconds, speed.ForwardSeconds);
        var runs =
            estimate.TrainingRuns == 1 ? "includes 1 training run" : $"includes {estimate.TrainingRuns} training runs";
        var tasks = share.Jobs == 1 ? "1 task" : $"{share.Jobs} tasks";
        var threads = share.Threads == 1 ? "1 thread" : $"{share.Threads} threads";
        var (train, forward) = (Milliseconds(speed.TrainSeconds), Milliseconds(speed.ForwardSeconds));
        return $"""
            This {runs} and takes about {RunWords.Duration(estimate.Time)} with {tasks} at a time on {threads} each.
            Measured on this machine: {train} ms to train on an image, {forward} ms for a forward pass; no decoding.
            """;
    }

    private static string Milliseconds(double seconds) =>
        seconds < 0.1 ? $"{1000 * seconds:G2}" : $"{1000 * seconds:0}";
}
