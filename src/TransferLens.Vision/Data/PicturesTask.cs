using System.Text.Json.Nodes;
using TransferLens.Execution;
using TransferLens.Plans;
using TransferLens.Studies;

namespace TransferLens.Data;

/// <summary>The task kind <c>pictures</c>: decodes a data source once for every task that reads it.</summary>
public sealed class PicturesTask : ITaskKind
{
    /// <inheritdoc/>
    public string Name => "pictures";

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<PicturesTaskSettings>(context.Settings);
        var location = StudyJson.Data(context.Locations["source"]!.AsObject());
        var source = PictureFormats.Open(location);
        if (source.Digest != settings.Digest)
        {
            throw new InputException($"The pictures of '{location.Location}' changed since the study was planned; run the study again.");
        }

        PictureCache.Build(
            new AlignedPictureSource(source, settings.Classes), new(settings.Size, settings.Resize, Normalization.None),
            context.Output, settings.SkipBadPictures, context.Progress, context.Stop);
        using var pictures = PictureCache.Open(context.Output);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), new JsonObject
        {
            ["pictures"] = pictures.Count,
            ["skipped"] = source.Labels.Count - pictures.Count,
        }.ToJsonString());
    }
}
