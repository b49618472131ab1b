using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>What is computed when <see cref="ComputeSpeed"/> is measured.</summary>
/// <param name="Network">The network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Size">Side of the images in pixels.</param>
/// <param name="BatchSize">Images a step of the trainings; fewer are taken where these take long.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Jobs">How many compute at a time, as tasks do.</param>
/// <param name="Threads">Threads of each.</param>
public sealed record SpeedSettings(
    NetworkArchitecture Network,
    int Classes,
    int Size,
    int BatchSize,
    Precision Precision,
    int Jobs,
    int Threads
);

/// <summary>
/// How fast this machine computes, from a short measurement: random weights and images of zeros, on as many threads as all tasks
/// at a time would have, for a second or two. Tasks of their own processes are a tenth faster together. The optimizer's step,
/// augmentation and reading are left out, which take little beside it.
/// </summary>
/// <param name="TrainSeconds">Seconds that one of the jobs takes to pass an image forward and backward, the others at work too.</param>
/// <param name="ForwardSeconds">The same of a forward pass alone.</param>
public sealed record ComputeSpeed(double TrainSeconds, double ForwardSeconds)
{
    // Long enough to tell a day from a week; a plan should not take long.
    private static readonly TimeSpan Training = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forward = TimeSpan.FromSeconds(0.4);

    // With fewer images and a single thread, libtorch takes a slower way through a convolution than trainings do.
    private const int LeastBatch = 16;

    // Side in pixels up to which a core trains any of the networks on a batch in a second or two; of larger ones few are passed, once.
    private const int LargestQuick = 64;

    /// <summary>Measures; takes two or three seconds, and more where a few images take longer than that.</summary>
    /// <param name="settings">What of.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="InputException">The network is not known or cannot take images of the size, or a number is below 1.</exception>
    public static ComputeSpeed Measure(SpeedSettings settings, TimeProvider clock)
    {
        settings.Network.CheckSize(settings.Size);
        Threading.Use(settings.Threads);
        var jobs = Math.Max(1, settings.Jobs);
        // All threads together pass what the jobs would: two backward passes must not meet in one process, as in TrainingPass.
        var together =
            settings.Size <= LargestQuick
                ? One(
                    settings,
                    jobs * settings.Threads,
                    clock,
                    jobs * Math.Clamp(settings.BatchSize, LeastBatch, 4 * LeastBatch),
                    Training,
                    Forward
                )
                : One(
                    settings,
                    Math.Max(2, jobs * settings.Threads),
                    clock,
                    (int)Math.Clamp(2 * Math.Pow(224.0 / settings.Size, 2), 2, LeastBatch),
                    TimeSpan.Zero,
                    TimeSpan.Zero
                );
        return new(jobs * together.TrainSeconds, jobs * together.ForwardSeconds);
    }

    // After a step that warms up; a time of zero is one step, too long for that to matter.
    private static ComputeSpeed One(
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

        // Of one image, in steps of a batch until a time is over.
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
            Losses.Sum(Loss.CrossEntropy, network.forward(images), zeros(batch, dtype: ScalarType.Int64)).backward();
        }

        void Pass()
        {
            using var frozen = no_grad();
            network.forward(images);
        }
    }
}
