using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Valid names of studies, targets and runs, which become folder names and labels in figures.</summary>
internal static class StudyName
{
    private const int MostLetters = 100;

    /// <summary>Checks a name.</summary>
    /// <param name="node">The value that an error points to.</param>
    /// <param name="name">The name.</param>
    /// <param name="others">Allowed characters besides letters, digits, dot, underscore and hyphen.</param>
    public static void Check(StudyNode node, string name, string others)
    {
        if (!IsName(name, others))
        {
            throw node.Wrong($"has the invalid name '{Sentence.Short(name)}'; write {Rule(others)}.");
        }
    }

    /// <summary>The rule for names, as a clause of a message.</summary>
    public static string Rule(string others)
    {
        var more = others.Length > 0 ? ", '+' or spaces inside" : "";
        return $"at most {MostLetters} letters a to z, digits, '.', '_', '-'{more}, and no dot at the start";
    }

    /// <summary>Whether a name is valid.</summary>
    public static bool IsName(string name, string others) =>
        name.Length is > 0 and <= MostLetters
        && name[0] != '.'
        && name.Trim() == name
        && name.All(c =>
            char.IsAsciiLetterOrDigit(c)
            || "._-".Contains(c, StringComparison.Ordinal)
            || others.Contains(c, StringComparison.Ordinal)
        );
}
