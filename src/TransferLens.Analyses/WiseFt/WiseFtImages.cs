using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The images of a task of the kind <c>wise_ft</c>.</summary>
internal sealed class WiseFtImages(TaskContext context) : IDisposable
{
    /// <summary>The target's test images.</summary>
    public ImageSet Target { get; } = ImageCache.Open(context.Inputs["images"]);

    /// <summary>The target's training images.</summary>
    public ImageSet RecalibrateOn { get; } = ImageCache.Open(context.Inputs["recalibrate_on"]);

    /// <summary>The target's validation images; null for a target without.</summary>
    public ImageSet? Validation { get; } = OpenIfGiven(context, WiseFtTask.Validation);

    /// <summary>The source's test images; null where they are not known.</summary>
    public ImageSet? Source { get; } = OpenIfGiven(context, WiseFtTask.SourceImages);

    /// <summary>The source's training images; null where they are not known.</summary>
    public ImageSet? SourceRecalibrateOn { get; } = OpenIfGiven(context, WiseFtTask.SourceRecalibrateOn);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var images in (ImageSet?[])[Target, RecalibrateOn, Validation, Source, SourceRecalibrateOn])
        {
            images?.Dispose();
        }
    }

    private static ImageSet? OpenIfGiven(TaskContext context, string role) =>
        context.Inputs.TryGetValue(role, out var folder) ? ImageCache.Open(folder) : null;
}
