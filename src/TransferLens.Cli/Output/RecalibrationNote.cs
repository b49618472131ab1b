using System.Text.Json.Nodes;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>Which images running statistics of batch normalization were recomputed from.</summary>
/// <param name="Source">The images in words.</param>
/// <param name="Images">How many of them were used.</param>
internal sealed record RecalibrationNote(string Source, int Images)
{
    /// <summary>Whether activations were rescaled instead, since there is no batch normalization (REPAIR).</summary>
    public bool IsRepair { get; init; }

    /// <summary>Creates the note; null where nothing was recomputed.</summary>
    /// <param name="recalibrates">Whether statistics were recomputed.</param>
    /// <param name="separate">The images of <c>--recalibrate-on</c>, or null.</param>
    /// <param name="evaluated">The evaluated images, which are used when there are no others.</param>
    public static RecalibrationNote? Create(bool recalibrates, ImageSet? separate, ImageSet evaluated) =>
        (recalibrates, separate) switch
        {
            (false, _) => null,
            (true, { } images) => new("the images of --recalibrate-on", images.Count),
            _ => new("the evaluated images themselves, since --recalibrate-on was not given", evaluated.Count),
        };

    /// <summary>Adds the source to a document, unless there is no note.</summary>
    public static void AddTo(JsonObject document, RecalibrationNote? note)
    {
        if (note is not null)
        {
            document["recalibratedOn"] = note.Source;
        }
    }

    /// <summary>Prints one line, unless there is no note.</summary>
    public static void Print(RecalibrationNote? note)
    {
        if (note is not null)
        {
            var what = note.IsRepair ? "Activations were rescaled with" : "Running statistics were recomputed from";
            Console.WriteLine($"{what} {note.Source}: {note.Images} images.");
        }
    }
}
