using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tasks;

/// <summary>The task kind <c>images</c>: decodes a data source once for all tasks that read it.</summary>
internal sealed class ImagesTask : ITaskRunner
{
    /// <inheritdoc/>
    public TaskKind Kind => StudyTasks.ImagesKind;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<ImagesTaskSettings>(context.Settings);
        var location = StudyJson.ReadData(context.Locations["source"]!.AsObject()) with
        {
            SkipsMissing = settings.SkipBadImages,
        };
        var source = ImageFormats.Open(location, [.. context.Catalog.Formats.OfType<ImageFormat>()]);
        if (source.Digest != settings.Digest)
        {
            throw new InputException(
                $"The images of '{location.Location}' changed after the study was planned; run the study again."
            );
        }

        ImageCache.BuildInTask(
            AlignedImageSource.Create(source, settings.Classes),
            new(settings.Size, settings.Resize, Normalization.None)
            {
                Interpolation = settings.Interpolation,
                ResizeMode = settings.ResizeMode,
            },
            context.Output,
            context.Work,
            settings.SkipBadImages,
            context.PartialResults,
            context.Progress,
            context.CancellationToken
        );
        using var images = ImageCache.Open(context.Output);
        var result = new JsonObject { ["images"] = images.Count, ["skipped"] = source.Labels.Count - images.Count };
        if (images.MoreFrames > 0)
        {
            result["moreFrames"] = images.MoreFrames;
        }

        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }
}
