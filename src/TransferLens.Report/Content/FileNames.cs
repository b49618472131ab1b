namespace TransferLens.Report.Content;

/// <summary>Names of files from names of figures and tables.</summary>
internal sealed class FileNames
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Only letters and digits of ASCII, '.', '_' and '-'; the rest becomes '_', and so does a leading dot.</summary>
    public static string Safe(string name)
    {
        var safe = string.Concat(
            name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_')
        );
        return safe.Length == 0 ? "_"
            : safe[0] == '.' ? $"_{safe[1..]}"
            : safe;
    }

    /// <summary>A safe name that was not given out before, numbered where it would be.</summary>
    public string New(string name)
    {
        var safe = Safe(name);
        var free = safe;
        for (var number = 2; !_taken.Add(free); number++)
        {
            free = $"{safe}-{number}";
        }

        return free;
    }
}
