using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>
/// How many tasks share a GPU: as many as its free memory holds. A task is taken to need 2 GiB, for CUDA and its
/// libraries, and the larger of two amounts: three times what <see cref="TrainingCost.Bytes"/> counts of the study's
/// largest training run, which leaves out what normalization and activations keep and libtorch's working memory; and
/// what the study allows CKA to use.
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
        free is { } bytes ? Tasks(Largest(run), Similarity(run), bytes, most) : 1;

    /// <summary>
    /// The same for training runs that need a number of bytes by <see cref="TrainingCost.Bytes"/>, and CKA that may use
    /// another.
    /// </summary>
    internal static int Tasks(long counted, long similarity, long free, int most) =>
        (int)Math.Clamp(Math.Floor(Usable * free / (Each + Math.Max(Uncounted * counted, similarity))), 1, most);

    // All training runs: those of the study, of its pretraining and of its analyses.
    private static long Largest(StudyRun run) =>
        run
            .Plan.Tasks.Where(task => task.Kind == StudyTasks.TrainKind)
            .Select(task => TaskSettings.Read<TrainTaskSettings>(task.Settings))
            .Select(settings => (settings.Network, settings.Classes, settings.Training))
            .Distinct()
            .Select(settings => Bytes(run, settings.Network, settings.Classes, settings.Training))
            .DefaultIfEmpty(0)
            .Max();

    // In MiB in the settings of its tasks.
    private static long Similarity(StudyRun run) =>
        run
            .Plan.Tasks.Where(task => task.Kind == SimilarityTask.Declared)
            .Select(task => (long)TaskSettings.Read<SimilarityTaskSettings>(task.Settings).Memory)
            .DefaultIfEmpty(0)
            .Max() << 20;

    private static long Bytes(StudyRun run, string name, int classes, TrainingSettings training)
    {
        using var network = ((NetworkArchitecture)run.Catalog.Network(name)).Create(classes, 0, TorchSharp.torch.CPU);
        var size = run.Plan.Study.Images.Size;
        return TrainingCost.Count(network, (3, size, size), training).Bytes(training);
    }
}
