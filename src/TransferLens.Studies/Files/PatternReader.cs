using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads a regular expression.</summary>
internal static class PatternReader
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>Reads it.</summary>
    /// <param name="node">The value.</param>
    /// <returns>The pattern as written.</returns>
    public static string Read(StudyNode node)
    {
        var pattern = node.Word();
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, MostTime);
        }
        catch (ArgumentException e)
        {
            throw node.Wrong($"is not a regular expression ({Sentence.Short(e.Message, 200)}); correct it.", e);
        }

        return pattern;
    }
}
