using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>Says what reading a checkpoint chose, renamed and left out.</summary>
internal static class WeightsNotes
{
    /// <summary>Keeps the notes, if there are any, until the result is printed.</summary>
    public static void Add(string file, CheckpointNotes notes)
    {
        if (notes.Sentence(file) is { } sentence)
        {
            InputNotes.Add(sentence);
        }
    }
}
