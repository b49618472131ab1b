namespace TransferLens.Studies.Inputs;

/// <summary>Parts of messages.</summary>
public static class Sentence
{
    /// <summary>Text on one line, cut where it is long.</summary>
    public static string Short(string text, int most = 60)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= most ? line : $"{line[..most]}...";
    }

    /// <summary>What went wrong, as one sentence: what the machine ran out of is said with what to do.</summary>
    public static string Of(Exception failure)
    {
        var message = Integer(failure.Message);
        return failure switch
        {
            InputException => message,
            IOException when IsFullDisk(failure) =>
                $"The disk is full ({message.TrimEnd('.')}); make room there and give the same command again, what is done is kept.",
            OutOfMemoryException => WithoutMemory(message),
            _ when failure.Message.Contains("can't allocate memory", StringComparison.Ordinal) => WithoutMemory(
                Short(message, 160)
            ),
            _ => message,
        };
    }

    private static string Integer(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.Length > 0 && line[^1] is '.' or '?' or '!' ? line : $"{line}.";
    }

    private static string WithoutMemory(string message) =>
        $"Memory ran out ({message.TrimEnd('.')}); run fewer tasks at a time with --jobs, take a smaller batch_size, or a machine with more memory.";

    /// <summary>Whether it failed because a disk is full or a quota used up: ENOSPC and EDQUOT, on Windows their like.</summary>
    public static bool IsFullDisk(Exception failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) is 39 or 112 : failure.HResult is 28 or 122;

    /// <summary>What is meant by a name that is not known: <c>did you mean 'x'?</c>, or all the names there are.</summary>
    public static string Instead(string given, IReadOnlyCollection<string> names) =>
        Nearest(given, names) is { } nearest ? $"did you mean '{nearest}'?"
        : names.Count == 0 ? "it takes none."
        : $"write one of {string.Join(", ", names)}.";

    /// <summary>
    /// A name that ends with what was given, as <c>cifar_resnet20</c> with <c>resnet20</c>, else the one within a third of its
    /// letters, or null; of equally near ones the first.
    /// </summary>
    public static string? Nearest(string given, IReadOnlyCollection<string> names) =>
        given.Length > 100 ? null
        : given.Length > 3
        && !names.Contains(given, StringComparer.OrdinalIgnoreCase)
        && names.FirstOrDefault(name => name.EndsWith("_" + given, StringComparison.OrdinalIgnoreCase)) is { } whole
            ? whole
        : names
            .Select(name => (Name: name, Distance: Distance(given.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(pair => pair.Distance <= Math.Max(1, Math.Max(given.Length, pair.Name.Length) / 3))
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Name)
            .FirstOrDefault();

    /// <summary>Fewest letters inserted, removed, replaced, or swapped with the next (each letter once) that make one text the other.</summary>
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
}
