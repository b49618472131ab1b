using System.Text.Json.Nodes;

namespace TransferLens.Cli.Output;

/// <summary>Which images running statistics of batch normalization were recomputed from, on both data sets.</summary>
/// <param name="Target">On the target; null where nothing was recomputed.</param>
/// <param name="Source">On the source; null where nothing was recomputed, and without source.</param>
internal sealed record WiseFtNotes(RecalibrationNote? Target, RecalibrationNote? Source)
{
    /// <summary>Adds the images of both to a document, where there are any.</summary>
    public void AddTo(JsonObject document)
    {
        RecalibrationNote.AddTo(document, Target);
        if (Source is not null)
        {
            document["sourceRecalibratedOn"] = Source.Source;
        }
    }

    /// <summary>Prints a line for each, where there are any.</summary>
    public void Print()
    {
        RecalibrationNote.Print(Target);
        if (Source is not null)
        {
            Console.WriteLine($"Those on the source were recomputed from {Source.Source}: {Source.Images} images.");
        }
    }
}
