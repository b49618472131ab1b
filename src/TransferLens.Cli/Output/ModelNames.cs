using System.Collections.Immutable;
using TransferLens.Vision.Weights.Hub;

namespace TransferLens.Cli.Output;

/// <summary>Short names of checkpoints.</summary>
internal static class ModelNames
{
    /// <summary>
    /// The names of the files. Files of equal name have as many parent folders added as tell them apart; the same file
    /// given twice is numbered. A model of the hub keeps its name.
    /// </summary>
    /// <param name="files">The files as they were given.</param>
    public static ImmutableArray<string> Create(IReadOnlyList<FileInfo> files)
    {
        var parts = files.Select(Parts).ToArray();
        var lengths = Enumerable.Repeat(1, parts.Length).ToArray();
        while (Extend())
        {
            // Until every name is unique or complete.
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. parts
                .Select((part, file) => Name(part, lengths[file]))
                .Select(name =>
                {
                    seen[name] = seen.GetValueOrDefault(name) + 1;
                    return seen[name] == 1 ? name : $"{name} ({seen[name]})";
                }),
        ];

        bool Extend()
        {
            var equal = Enumerable
                .Range(0, parts.Length)
                .GroupBy(file => Name(parts[file], lengths[file]), StringComparer.Ordinal)
                .Where(group => group.Count() > 1)
                .SelectMany(group => group)
                .Where(file => lengths[file] < parts[file].Length)
                .ToList();
            equal.ForEach(file => lengths[file]++);
            return equal.Count > 0;
        }
    }

    private static string[] Parts(FileInfo file) =>
        HubModel.IsNamed($"{file}")
            ? [$"{file}"]
            : Path.TrimEndingDirectorySeparator(file.FullName)
                .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    private static string Name(string[] parts, int length) => string.Join('/', parts[^length..]);
}
