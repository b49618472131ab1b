using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>Names of classes: a list, or a file with one name per line, in the order of their labels.</summary>
internal static class ClassNames
{
    /// <summary>Reads a file of names. Blank lines at its end are ignored.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">
    /// It cannot be read or is not UTF-8, has no name or a blank line, or a name twice.
    /// </exception>
    public static ImmutableArray<string> Read(string path)
    {
        string[] lines;
        try
        {
            InputFile.Check(path, InputFile.MostBytes);
            lines = [.. InputText.ReadLines(path).Select(line => line.Trim())];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The class names '{path}' cannot be read: {Sentence.Cause(failure)}.", failure);
        }

        var last = Array.FindLastIndex(lines, line => line.Length > 0);
        var blank = Array.FindIndex(lines, line => line.Length == 0);
        if (blank >= 0 && blank < last)
        {
            throw new InputException(
                $"Line {blank + 1} of the class names '{path}' is blank; write one name per line."
            );
        }

        return Check([.. lines[..(last + 1)]], $"The file '{path}'");
    }

    /// <summary>Checks names.</summary>
    /// <param name="names">The names.</param>
    /// <param name="source">Where they are, at the start of a sentence.</param>
    /// <exception cref="InputException">There is none, or one is given twice.</exception>
    public static ImmutableArray<string> Check(ImmutableArray<string> names, string source)
    {
        if (names.IsEmpty)
        {
            throw new InputException($"{source} names no class; write one name per class, in the order of the labels.");
        }

        return names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new InputException($"{source} names the class '{twice.Key}' twice; write each name once.")
            : names;
    }
}
