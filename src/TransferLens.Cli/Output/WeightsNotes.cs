using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>Says what reading a checkpoint chose, renamed and left out.</summary>
internal static class WeightsNotes
{
    /// <summary>
    /// Prints the notes, if there are any, on standard error: other programs may read standard output.
    /// </summary>
    public static void Print(string file, CheckpointNotes notes)
    {
        if (notes.Text is { Length: > 0 } text)
        {
            Console.Error.WriteLine($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(file))}: {text}.");
        }
    }
}
