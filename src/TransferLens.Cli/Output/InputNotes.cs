namespace TransferLens.Cli.Output;

/// <summary>
/// What was chosen or left out when inputs were read. Printed below the result, on standard error, since other programs
/// may read standard output. Where the command fails, nothing is printed: its error is one sentence alone.
/// </summary>
internal static class InputNotes
{
    private static readonly List<string> Kept = [];

    /// <summary>Keeps a note until the command has printed its result.</summary>
    public static void Add(string note) => Kept.Add(note);

    /// <summary>Prints the notes in the order in which they were added.</summary>
    public static void Print(TextWriter writer)
    {
        Kept.ForEach(writer.WriteLine);
        Kept.Clear();
    }
}
