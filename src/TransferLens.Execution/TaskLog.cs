namespace TransferLens.Execution;

/// <summary>
/// Appends the lines that a worker prints to a file. When the file cannot be written, for example on a full disk, the
/// lines are dropped and the task goes on.
/// </summary>
internal sealed class TaskLog : IDisposable
{
    private const string ProblemStart = "transferlens: ";

    private readonly Lock writing = new();
    private StreamWriter? file;

    /// <summary>Opens the log for appending and writes a heading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="heading">Text of the heading.</param>
    public TaskLog(string path, string heading)
    {
        Try(() => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        try
        {
            file = new(path, append: true) { AutoFlush = true };
            file.WriteLine($"== {heading}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            file = null;
        }
    }

    /// <summary>
    /// The last error that the worker printed in the command's form, without the leading program name; null without
    /// one.
    /// </summary>
    public string? Problem { get; private set; }

    /// <summary>Appends a line; null, which marks the end of a stream, is ignored.</summary>
    public void Write(string? line)
    {
        if (line is not null)
        {
            lock (writing)
            {
                Problem = line.StartsWith(ProblemStart, StringComparison.Ordinal)
                    ? line[ProblemStart.Length..]
                    : Problem;
                Try(() => file?.WriteLine(line));
            }
        }
    }

    /// <summary>Closes the log. Lines that arrive later belong to no task and are dropped.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            Try(() => file?.Dispose());
            file = null;
        }
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The log only helps people to investigate; the task does not depend on it.
        }
    }
}
