using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Common;

/// <summary>The number of training images that running statistics are recomputed on.</summary>
internal static class RecalibrationImages
{
    /// <summary>An estimate of the number for the cost of a task.</summary>
    /// <param name="run">The run whose training images are used.</param>
    /// <param name="limit">The most to use; null for all.</param>
    public static double Estimate(PlannedRun run, int? limit)
    {
        // A run costs a test pass at the start, and per epoch three passes over its training images and a test pass.
        var epochs = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training.Epochs;
        var test = run.Evaluate.Cost;
        return limit ?? (epochs == 0 ? test : (((run.Train.Cost - test) / epochs) - test) / 3);
    }

    /// <summary>The number in words, for example <c>at most 2000 training images</c>.</summary>
    /// <param name="limit">The most to use; null for all.</param>
    /// <param name="images">What they are, for example <c>training images</c>.</param>
    public static string Describe(int? limit, string images) =>
        limit is { } most ? $"at most {most} {images}" : $"all {images}";
}
