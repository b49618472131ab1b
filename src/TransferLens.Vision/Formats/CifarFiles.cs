using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>What the binary and the Python version of CIFAR have in common: where batches and names are.</summary>
internal static class CifarFiles
{
    /// <summary>Classes of CIFAR-100, whose labels are fine, or of CIFAR-10.</summary>
    public static int Classes(bool fine) => fine ? 100 : 10;

    /// <summary>The batches of a part in a folder.</summary>
    /// <param name="source">The folder.</param>
    /// <param name="patterns">Names of the batches of CIFAR-10 and of CIFAR-100.</param>
    /// <param name="version">Which version, for messages.</param>
    /// <exception cref="InputException">The folder does not exist, or contains none of them.</exception>
    public static ImmutableArray<string> Find(DataSource source, ImmutableArray<string> patterns, string version)
    {
        if (!Directory.Exists(source.Location))
        {
            throw new InputException(
                $"The CIFAR file or folder '{source.Location}' does not exist; give a file or the folder of CIFAR's "
                    + $"{version}."
            );
        }

        var found = patterns
            .Select(pattern => Directory.GetFiles(source.Location, pattern))
            .FirstOrDefault(files => files.Length > 0);
        return found is not null
            ? [.. found.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
            : throw new InputException(
                $"The folder '{source.Location}' contains neither {patterns[0]} nor {patterns[1]}; give the folder "
                    + $"of CIFAR's {version}."
            );
    }

    /// <summary>The names of the classes in a file; numbers where it does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fine">Whether they are those of CIFAR-100.</param>
    /// <param name="read">Reads the names in the file.</param>
    /// <exception cref="InputException">It names another number of classes.</exception>
    public static ImmutableArray<string> ClassNames(string path, bool fine, Func<string, IEnumerable<string>> read)
    {
        var count = Classes(fine);
        if (!File.Exists(path))
        {
            return ClassOrder.Numbered(count);
        }

        ImmutableArray<string> names = [.. read(path)];
        var distinct = names.Distinct().Count();
        return distinct == count && names.Length == count
            ? names
            : throw new InputException(
                $"The file '{path}' names {distinct} classes instead of {count}; correct it or remove it."
            );
    }
}
