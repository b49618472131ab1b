namespace TransferLens.Tests;

/// <summary>Lines that a test prints for people, also where it passes.</summary>
internal static class TestNotes
{
    /// <summary>Writes lines to a test's output, and appends them to the file <c>TRANSFERLENS_NOTES</c>, if that is set.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="output">The test's output.</param>
    public static void Write(IReadOnlyCollection<string> lines, ITestOutputHelper output)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }

        if (Environment.GetEnvironmentVariable("TRANSFERLENS_NOTES") is { Length: > 0 } path)
        {
            File.AppendAllLines(path, lines);
        }
    }
}
