namespace TransferLens.Execution;

/// <summary>What a worker prints, line by line into a file. Where the disk is full, lines are lost and nothing else.</summary>
internal sealed class TaskLog : IDisposable
{
    private const string ProblemStart = "transferlens: ";

    private readonly Lock writing = new();
    private StreamWriter? file;

    /// <summary>Goes on with the log, under a heading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="heading">What is begun.</param>
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

    /// <summary>The last problem that the worker told as the command does, without the name before it; null when it told none.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes a line; null, which ends a stream, is none.</summary>
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

    /// <summary>Ends the log: what a worker may print afterwards belongs to no task.</summary>
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
            // The log is for people who look for more; the task goes on without it.
        }
    }
}
