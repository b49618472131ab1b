namespace TransferLens.Studies.Inputs;

/// <summary>Parts of messages.</summary>
public static class Sentence
{
    private const int LongestName = 100;

    // libtorch's messages about memory: on the CPU, on a GPU, and by the libraries for matrices on one.
    private static readonly string[] TorchOutOfMemory =
    [
        "can't allocate memory",
        "CUDA out of memory",
        "CUDA error: out of memory",
        "STATUS_ALLOC_FAILED",
    ];

    /// <summary>The text on one line, cut off after <paramref name="most"/> characters.</summary>
    public static string Short(string text, int most = 60)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= most ? line : $"{line[..most]}...";
    }

    /// <summary>
    /// The message of an exception on one line, ended by a punctuation mark. A full disk and a lack of memory are
    /// explained, with what to do.
    /// </summary>
    public static string FromException(Exception failure)
    {
        var message = Completed(failure.Message);
        return failure switch
        {
            InputException => message,
            IOException when IsFullDisk(failure) => WithoutSpace(message),
            OutOfMemoryException => WithoutMemory(message),
            _ when IsTorchOutOfMemory(failure) => WithoutMemory(Short(message, 160)),
            _ => message,
        };
    }

    /// <summary>
    /// Why a file cannot be read or written, as a clause: that it does not exist, that permission is denied, or what
    /// the system says.
    /// </summary>
    internal static string Cause(Exception failure) =>
        failure switch
        {
            FileNotFoundException => "it does not exist",
            DirectoryNotFoundException => "its folder does not exist",
            UnauthorizedAccessException => "permission is denied",
            _ => failure.Message.ReplaceLineEndings(" ").TrimEnd('.'),
        };

    /// <summary>
    /// Whether a write failed because the disk is full or a quota is used up: ENOSPC or EDQUOT, and their equivalents
    /// on Windows.
    /// </summary>
    public static bool IsFullDisk(Exception failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) is 39 or 112 : failure.HResult is 28 or 122;

    /// <summary>
    /// What to write instead of an unknown name: <c>did you mean 'x'?</c>, or the list of all names.
    /// </summary>
    public static string Instead(string given, IReadOnlyCollection<string> names)
    {
        if (Nearest(given, names) is { } nearest)
        {
            return $"did you mean '{nearest}'?";
        }

        return names.Count == 0 ? "it takes none." : $"write one of {string.Join(", ", names)}.";
    }

    /// <summary>
    /// The name that ends with the given text after an underscore, as <c>cifar_resnet20</c> with <c>resnet20</c>.
    /// Otherwise the nearest name by <see cref="Distance"/>, the first of equally near ones, or null when no name
    /// differs in at most a third of its letters.
    /// </summary>
    public static string? Nearest(string given, IReadOnlyCollection<string> names)
    {
        if (given.Length > LongestName)
        {
            return null;
        }

        if (given.Length > 3 && !names.Contains(given, StringComparer.OrdinalIgnoreCase))
        {
            var suffix = $"_{given}";
            if (names.FirstOrDefault(name => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) is { } full)
            {
                return full;
            }
        }

        return names
            .Select(name => (Name: name, Distance: Distance(given.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(pair => pair.Distance <= Math.Max(1, Math.Max(given.Length, pair.Name.Length) / 3))
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Name)
            .FirstOrDefault();
    }

    /// <summary>
    /// The smallest number of edits that turn one text into the other: insert, remove or replace a letter, or swap two
    /// neighbors, each letter at most once (the optimal string alignment distance).
    /// </summary>
    public static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                d[i, j] =
                    i == 0 || j == 0
                        ? i + j
                        : Math.Min(
                            Math.Min(d[i - 1, j], d[i, j - 1]) + 1,
                            d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                        );
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }

    private static string Completed(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.Length > 0 && line[^1] is '.' or '?' or '!' ? line : $"{line}.";
    }

    private static string WithoutSpace(string message) =>
        $"The disk is full ({message.TrimEnd('.')}). "
        + "Free some space and run the same command again. Finished tasks are kept.";

    private static string WithoutMemory(string message) =>
        $"Memory ran out ({message.TrimEnd('.')}). "
        + "Run fewer tasks at a time, use a smaller batch size, or use a machine with more memory.";

    private static bool IsTorchOutOfMemory(Exception failure) =>
        TorchOutOfMemory.Any(words => failure.Message.Contains(words, StringComparison.Ordinal));
}
