using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>What <see cref="ComputeSpeed.Measure"/> measures.</summary>
/// <param name="Network">The network.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Size">Side of the images in pixels.</param>
/// <param name="BatchSize">
/// Batch size of the training runs; 16 to 64 images are measured, fewer if they are large.
/// </param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Jobs">Number of tasks that compute at a time.</param>
/// <param name="Threads">Threads of each task.</param>
internal sealed record SpeedSettings(
    NetworkArchitecture Network,
    int Classes,
    int Size,
    int BatchSize,
    Precision Precision,
    int Jobs,
    int Threads
);

/// <summary>
/// How fast this machine computes, from a measurement of some seconds: random weights and images of zeros, on as
/// many threads as all concurrent tasks have together. Separate processes are a tenth faster in total. The optimizer's
/// step, augmentation and reading images are not measured; they take little time in comparison.
/// </summary>
/// <param name="TrainSeconds">Seconds per image that one task needs for the forward and backward pass, while the
/// others compute.</param>
/// <param name="ForwardSeconds">The same for the forward pass alone.</param>
internal sealed record ComputeSpeed(double TrainSeconds, double ForwardSeconds)
{
    // Long enough to distinguish a day from a week, and short enough for a plan.
    private static readonly TimeSpan Training = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forward = TimeSpan.FromSeconds(0.4);

    // For smaller batches on one thread, libtorch uses slower convolutions than training runs do.
    private const int SmallestBatch = 16;

    // Up to this side, in pixels, a core trains any network on a batch in a second or two.
    private const int LargestQuick = 64;

    /// <summary>Measures for two to seven seconds, or longer if a few images take longer.</summary>
    /// <param name="settings">What to measure.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="InputException">The network does not accept images of that size, or the number of threads is
    /// below 1.</exception>
    public static ComputeSpeed Measure(SpeedSettings settings, TimeProvider clock)
    {
        settings.Network.CheckSize(settings.Size);
        Threading.Use(settings.Threads);
        var jobs = Math.Max(1, settings.Jobs);
        // All threads compute on one batch together: backward passes of a process take turns (BackwardPass).
        var together =
            settings.Size <= LargestQuick
                ? MeasureOnce(
                    settings,
                    jobs * settings.Threads,
                    clock,
                    jobs * Math.Clamp(settings.BatchSize, SmallestBatch, 4 * SmallestBatch),
                    Training,
                    Forward
                )
                : MeasureLarge(settings, Math.Max(2, jobs * settings.Threads), clock);
        return new(jobs * together.TrainSeconds, jobs * together.ForwardSeconds);
    }

    // In large networks the first step takes some seconds; in others much of it is preparation, so they take another.
    private static ComputeSpeed MeasureLarge(SpeedSettings settings, int threads, TimeProvider clock)
    {
        var few = (int)Math.Clamp(2 * Math.Pow(224.0 / settings.Size, 2), 2, SmallestBatch);
        var first = Measured(few);
        return first.TrainSeconds * SmallestBatch < Training.TotalSeconds * 3 ? Measured(SmallestBatch) : first;

        ComputeSpeed Measured(int batch) =>
            MeasureOnce(settings, threads, clock, batch, TimeSpan.Zero, TimeSpan.Zero);
    }

    // The first step is a warm-up, except for a time of zero: one step.
    private static ComputeSpeed MeasureOnce(
        SpeedSettings settings,
        int threads,
        TimeProvider clock,
        int batch,
        TimeSpan training,
        TimeSpan forward
    )
    {
        set_num_threads(threads);
        using var network = settings.Network.Create(settings.Classes, seed: 0);
        using var images = zeros(
            batch,
            3,
            settings.Size,
            settings.Size,
            dtype: settings.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32
        );
        network.Root.train(true);
        if (training > TimeSpan.Zero)
        {
            Seconds(TimeSpan.Zero, Step);
        }

        var trained = Seconds(training, Step);
        network.Root.train(false);
        return new(trained, Seconds(forward, Pass));

        // Seconds per image, over batches until the time is up.
        double Seconds(TimeSpan least, Action compute)
        {
            var (begun, done) = (clock.GetTimestamp(), 0);
            do
            {
                using var scope = NewDisposeScope();
                compute();
                done += batch;
            } while (clock.GetElapsedTime(begun) < least);
            return clock.GetElapsedTime(begun).TotalSeconds / done;
        }

        void Step()
        {
            network.Root.zero_grad();
            var labels = zeros(batch, dtype: ScalarType.Int64);
            BackwardPass.Run(Losses.Sum(Loss.CrossEntropy, network.forward(images), labels));
        }

        void Pass()
        {
            using var frozen = no_grad();
            network.forward(images);
        }
    }
}
