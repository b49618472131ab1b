using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Formats;

/// <summary>Lists class folders and the images at any depth below them, and counts every file that it leaves
/// out.</summary>
/// <param name="root">The folder of the class folders.</param>
internal sealed class ClassFolders(string root)
{
    private const int MostDepth = 32;
    private const int LongestEnding = 12;
    private const char Undecodable = '\uFFFD';

    private static readonly string[] Splits = ["train", "training", "test", "testing", "val", "valid", "validation"];

    private readonly SortedDictionary<string, int> leftOut = new(StringComparer.Ordinal);

    /// <summary>What was left out so far, by reason.</summary>
    public ImmutableArray<LeftOutFiles> LeftOut =>
        [.. leftOut.Select(entry => new LeftOutFiles(entry.Key, entry.Value))];

    /// <summary>Names of the class folders, in the order of <see cref="ClassOrder"/>.</summary>
    /// <exception cref="InputException">
    /// There is none, one is a broken link, or they are the parts of a data set and not classes.
    /// </exception>
    public ImmutableArray<string> Names()
    {
        foreach (var path in Directory.GetFiles(root))
        {
            CheckName(path);
            var isImage = ImageFile.HasEnding(path);
            if (!isImage && BrokenLink.Is(path))
            {
                throw new InputException(
                    $"The class folder '{path}' is a link to '{new FileInfo(path).LinkTarget}', which does not exist. "
                        + "Restore the folder (for example with dvc pull or git annex get), or remove the link."
                );
            }

            Leave(NotData(path, "files") ?? "files outside the class folders");
        }

        var folders = new List<string>();
        foreach (var path in Directory.GetDirectories(root))
        {
            CheckName(path);
            if (NotData(path, "folders") is { } reason)
            {
                Leave(reason);
            }
            else
            {
                folders.Add(Path.GetFileName(path));
            }
        }

        var names = ClassOrder.Sort(folders);
        CheckNotSplits(names);
        CheckNotNegative(names);
        return names;
    }

    /// <summary>
    /// The images of a class at any depth, as paths below the root with <c>/</c> between folders, in ordinal order.
    /// </summary>
    /// <exception cref="InputException">There is none, or a name is not UTF-8.</exception>
    public List<string> Images(string className)
    {
        var (found, before) = (new List<string>(), leftOut.ToDictionary());
        Add(className, found, 0);
        if (found.Count > 0)
        {
            found.Sort(StringComparer.Ordinal);
            return found;
        }

        var others = leftOut
            .Select(entry => new LeftOutFiles(entry.Key, entry.Value - before.GetValueOrDefault(entry.Key)))
            .Where(files => files.Count > 0)
            .ToList();
        var contained = others.Count > 0 ? $" but only {LeftOutFiles.List(others)}" : "";
        throw new InputException(
            $"The class folder '{Path.Combine(root, className)}' contains no images "
                + $"({string.Join(", ", ImageFile.Endings)}){contained}; add some or remove the folder."
        );
    }

    private void Add(string folder, List<string> found, int depth)
    {
        var path = Path.Combine(root, folder);
        if (depth > MostDepth)
        {
            throw new InputException(
                $"The folder '{path}' is nested more than {MostDepth} folders deep; look for a link that leads back."
            );
        }

        foreach (var file in Directory.GetFiles(path))
        {
            CheckName(file);
            if (NotData(file, "files") is { } reason)
            {
                Leave(reason);
            }
            else if (ImageFile.HasEnding(file))
            {
                found.Add($"{folder}/{Path.GetFileName(file)}");
            }
            else
            {
                Leave(Ending(file));
            }
        }

        foreach (var inner in Directory.GetDirectories(path))
        {
            CheckName(inner);
            if (NotData(inner, "folders") is { } reason)
            {
                Leave(reason);
            }
            else
            {
                Add($"{folder}/{Path.GetFileName(inner)}", found, depth + 1);
            }
        }
    }

    private void Leave(string reason, int count = 1)
    {
        if (count > 0)
        {
            leftOut[reason] = leftOut.GetValueOrDefault(reason) + count;
        }
    }

    // A folder with train and test would otherwise be read as images of the classes "train" and "test".
    private void CheckNotSplits(ImmutableArray<string> names)
    {
        if (
            names.Any(name => Directory.GetDirectories(Path.Combine(root, name)).Length > 0)
            && names.All(name => Splits.Contains(name, StringComparer.OrdinalIgnoreCase))
        )
        {
            throw new InputException(
                $"The image folder '{root}' contains the folders {string.Join(", ", names)} and no class folders; "
                    + $"give one of them, for example '{Path.Combine(root, names[0])}'."
            );
        }
    }

    // Such a folder would shift the classes: -1 is how clustering and lists mark what has no class.
    private void CheckNotNegative(ImmutableArray<string> names)
    {
        if (ClassOrder.AreIntegers(names) && names.FirstOrDefault(ClassOrder.IsNegative) is { } negative)
        {
            throw new InputException(
                $"The class folder '{Path.Combine(root, negative)}' has a negative number, but the numbers of classes "
                    + "begin at 0. Give it the name of a class, or move it elsewhere."
            );
        }
    }

    // Endings are printed on terminals, so odd ones are not repeated.
    private static string Ending(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            "" => "files without ending",
            var ending when ending.Length > LongestEnding || !ending.Skip(1).All(char.IsLetterOrDigit) =>
                "files with other endings",
            var ending => $"files ending in {ending}",
        };

    // Why a file or folder is none of the data set's; null for one that is.
    private static string? NotData(string path, string what) =>
        SystemFiles.IsHidden(path) ? $"hidden {what}"
        : SystemFiles.IsOne(path) ? $"system {what}"
        : null;

    // The runtime replaces bytes that are not UTF-8, and then does not find the file under the name.
    private static void CheckName(string path)
    {
        var name = Path.GetFileName(path);
        if (name.Contains(Undecodable, StringComparison.Ordinal) && !Path.Exists(path))
        {
            throw new InputException(
                $"The name '{name}' in the folder '{Path.GetDirectoryName(path)}' is not UTF-8 (such bytes are "
                    + "shown as "
                    + $"{Undecodable}), so it cannot be opened; rename it, for example with convmv -f latin1 -t utf8."
            );
        }
    }
}
