using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>What a study, target or run may be called. The names become folders and labels of figures.</summary>
internal static class StudyName
{
    private const int MostLetters = 100;

    /// <summary>Checks a name.</summary>
    /// <param name="node">What the error is told at.</param>
    /// <param name="name">The name.</param>
    /// <param name="others">Characters that it may hold beside letters, digits, dot, underscore and hyphen.</param>
    public static void Check(StudyNode node, string name, string others)
    {
        if (!IsName(name, others))
        {
            throw node.Wrong($"has a name that is not taken, '{Sentence.Short(name)}': write {Rule(others)}.");
        }
    }

    /// <summary>What a name is, in words.</summary>
    public static string Rule(string others) =>
        $"at most {MostLetters} letters a to z, digits, '.', '_', '-'{(others.Length > 0 ? ", '+' or spaces inside" : "")}, and no dot at the start";

    /// <summary>Whether it is a name.</summary>
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
