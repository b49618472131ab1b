using System.Collections.Immutable;
using TransferLens.Models;
using TransferLens.Runtime;
using TransferLens.Studies;
using static TorchSharp.torch;

namespace TransferLens.Training;

/// <summary>What is computed when <see cref="ComputeSpeed"/> is measured.</summary>
/// <param name="Network">The network by name.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Size">Side of the pictures in pixels.</param>
/// <param name="BatchSize">Pictures a step of the trainings; fewer are taken where these take long.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Jobs">How many compute at a time, as tasks do.</param>
/// <param name="Threads">Threads of each.</param>
public sealed record SpeedSettings(string Network, int Classes, int Size, int BatchSize, Precision Precision, int Jobs, int Threads);

/// <summary>
/// How fast this machine computes, from a short measurement: random weights and pictures of zeros, as many at a time as tasks
/// would be, for a few seconds. The optimizer's step, augmentation and reading are left out, which take little beside it.
/// </summary>
/// <param name="TrainSeconds">Seconds that one of the jobs takes to pass a picture forward and backward, the others at work too.</param>
/// <param name="ForwardSeconds">The same of a forward pass alone.</param>
public sealed record ComputeSpeed(double TrainSeconds, double ForwardSeconds)
{
    // Long enough to tell a day from a week; a plan should not take long.
    private static readonly TimeSpan Training = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forward = TimeSpan.FromSeconds(0.4);

    /// <summary>Measures; takes about two seconds, and more where a few pictures take longer than that.</summary>
    /// <param name="settings">What of.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="InputException">The network is not known or cannot take pictures of the size, or a number is below 1.</exception>
    public static ComputeSpeed Measure(SpeedSettings settings, TimeProvider clock)
    {
        Networks.CheckSize(settings.Network, settings.Size);
        Threading.Use(settings.Threads);
        var found = new ComputeSpeed[Math.Max(1, settings.Jobs)];
        ImmutableArray<Thread> jobs = [.. found.Select((_, i) => new Thread(() => found[i] = One(settings, clock)))];
        foreach (var job in jobs)
        {
            job.Start();
        }

        foreach (var job in jobs)
        {
            job.Join();
        }

        return new(found.Average(one => one.TrainSeconds), found.Average(one => one.ForwardSeconds));
    }

    private static ComputeSpeed One(SpeedSettings settings, TimeProvider clock)
    {
        set_num_threads(settings.Threads); // each thread of the process has its own
        using var network = Networks.Create(settings.Network, settings.Classes, seed: 0);
        network.Root.train(true);
        var most = Math.Max(2, settings.BatchSize); // batch normalization has no variance of one picture
        var first = Seconds(2, TimeSpan.Zero, Step);
        // The first step warms up, unless it is so long that this does not matter.
        var trained = 2 * first > Training.TotalSeconds ? first : Seconds((int)Math.Clamp(Training.TotalSeconds / first, 2, most), Training, Step);
        network.Root.train(false);
        return new(trained, Seconds((int)Math.Clamp(3 * Forward.TotalSeconds / trained, 1, most), Forward, Pass));

        // Of one picture, in steps of a batch until a time is over.
        double Seconds(int batch, TimeSpan least, Action<Tensor> compute)
        {
            using var pictures = zeros(batch, 3, settings.Size, settings.Size, dtype: settings.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
            var (begun, done) = (clock.GetTimestamp(), 0);
            do
            {
                using var scope = NewDisposeScope();
                compute(pictures);
                done += batch;
            }
            while (clock.GetElapsedTime(begun) < least);
            return clock.GetElapsedTime(begun).TotalSeconds / done;
        }

        void Step(Tensor pictures)
        {
            network.Root.zero_grad();
            Losses.Sum(Loss.CrossEntropy, network.forward(pictures), zeros(pictures.shape[0], dtype: ScalarType.Int64)).backward();
        }

        void Pass(Tensor pictures)
        {
            using var frozen = no_grad();
            network.forward(pictures);
        }
    }
}
