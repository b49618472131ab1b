namespace TransferLens.Report.Files;

/// <summary>Makes file names from names of figures and tables.</summary>
internal sealed class FileNames
{
    private readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Keeps ASCII letters, digits, '.', '_' and '-'. Other characters and a leading dot become '_'.</summary>
    public static string Safe(string name)
    {
        var safe = string.Concat(name.Select(letter => IsSafe(letter) ? letter : '_'));
        return safe switch
        {
            "" => "_",
            ['.', ..] => $"_{safe[1..]}",
            _ => safe,
        };
    }

    /// <summary>A safe name that this object has not returned before; a repeated name gets a number.</summary>
    public string Unique(string name)
    {
        var safe = Safe(name);
        var free = safe;
        for (var number = 2; !used.Add(free); number++)
        {
            free = $"{safe}-{number}";
        }

        return free;
    }

    private static bool IsSafe(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}
