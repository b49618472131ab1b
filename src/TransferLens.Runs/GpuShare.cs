using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>
/// How many tasks share a GPU: as many as its free memory holds. A task is taken to need 2 GiB, for CUDA and its
/// libraries, and three times what <see cref="TrainingCost.Bytes"/> counts of the study's largest training run, which
/// leaves out what normalization and activations keep and libtorch's working memory.
/// </summary>
internal static class GpuShare
{
    private const double Each = 2.0 * (1 << 30);
    private const double Uncounted = 3;

    // Other programs may take memory later.
    private const double Usable = 0.9;

    /// <summary>Number of tasks at a time, at least 1.</summary>
    /// <param name="run">The run.</param>
    /// <param name="free">Bytes of the GPU's memory that are free; null if unknown, and then the result is 1.</param>
    /// <param name="most">The most tasks at a time.</param>
    public static int Tasks(StudyRun run, long? free, int most) =>
        free is { } bytes ? Tasks(Largest(run), bytes, most) : 1;

    /// <summary>The same for tasks that need a number of bytes by <see cref="TrainingCost.Bytes"/>.</summary>
    internal static int Tasks(long counted, long free, int most) =>
        (int)Math.Clamp(Math.Floor(Usable * free / (Each + (Uncounted * counted))), 1, most);

    private static long Largest(StudyRun run) =>
        run
            .Plan.Runs.Select(one => TaskSettings.Read<TrainTaskSettings>(one.Train.Settings))
            .Select(settings => (settings.Network, settings.Classes, settings.Training))
            .Distinct()
            .Max(settings => Bytes(run, settings.Network, settings.Classes, settings.Training));

    private static long Bytes(StudyRun run, string name, int classes, TrainingSettings training)
    {
        using var network = ((NetworkArchitecture)run.Catalog.Network(name)).Create(classes, 0, TorchSharp.torch.CPU);
        var size = run.Plan.Study.Images.Size;
        return TrainingCost.Count(network, (3, size, size), training).Bytes(training);
    }
}
