namespace TransferLens.Speed;

/// <summary>The lines of each case as they were measured last, so that a table can be measured in several sittings.</summary>
/// <param name="folder">Where they are kept.</param>
/// <param name="circumstances">Machine, versions and pairs: lines of others are not taken.</param>
internal sealed class KeptLines(string folder, string circumstances)
{
    /// <summary>Keeps the lines of a case.</summary>
    public void Keep(string name, string[] lines)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(PathOf(name), [circumstances, $"{DateTime.Today:yyyy-MM-dd}", .. lines]);
    }

    /// <summary>The lines of a case; null if it was not measured under these circumstances.</summary>
    public string[]? Read(string name) =>
        File.Exists(PathOf(name))
        && File.ReadAllLines(PathOf(name)) is [var under, _, .. var lines]
        && under == circumstances
            ? lines
            : null;

    /// <summary>When the cases were measured: a day, or the first and the last.</summary>
    public string Dates(IEnumerable<string> names)
    {
        string[] days =
        [
            .. names.Where(name => Read(name) is not null).Select(name => File.ReadAllLines(PathOf(name))[1]),
        ];
        return days.Length == 0 ? $"{DateTime.Today:yyyy-MM-dd}"
            : days.Min() == days.Max() ? days[0]
            : $"{days.Min()} to {days.Max()}";
    }

    private string PathOf(string name) => Path.Combine(folder, $"{name}.txt");
}
