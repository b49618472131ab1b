using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>How long a plan takes on this machine, in words.</summary>
internal static class PlanTime
{
    /// <summary>Measures for some seconds, unless nothing is left to compute.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="left">Its tasks that are not done.</param>
    /// <param name="catalog">What the plan names.</param>
    /// <param name="share">Tasks at a time, and threads of each.</param>
    /// <param name="clock">Tells the time.</param>
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
        return $"{estimate.TrainingRuns} training{(estimate.TrainingRuns == 1 ? " is" : "s are")} among them. All of it takes about {RunWords.Duration(estimate.Time)} with {share.Jobs} task{(share.Jobs == 1 ? "" : "s")} at a time on "
            + $"{share.Threads} thread{(share.Threads == 1 ? "" : "s")} each, by a short measurement on this machine: {Milliseconds(speed.TrainSeconds)} ms to train on an image, {Milliseconds(speed.ForwardSeconds)} ms to pass one forward; decoding is not counted.";
    }

    private static string Milliseconds(double seconds) =>
        seconds < 0.1 ? $"{1000 * seconds:G2}" : $"{1000 * seconds:0}";
}
