using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads one rule of <c>parameter_groups:</c>.</summary>
internal static class ParameterGroupReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    ["match", "learning_rate_scale", "weight_decay", "l2", "l2_toward"];

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    public static ParameterGroupSettings Read(StudyNode node)
    {
        node.Keys(Keys);
        return new(
            Pattern(node.Get("match")),
            node.Find("learning_rate_scale")?.NotNegative() ?? 1,
            node.Find("weight_decay")?.NotNegative(),
            node.Find("l2")?.NotNegative() ?? 0,
            node.Find("l2_toward")?.OneOf("zero", "initial") ?? "zero"
        );
    }

    private static string Pattern(StudyNode node)
    {
        var pattern = node.Text();
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, MostTime);
        }
        catch (ArgumentException e)
        {
            throw node.Wrong($"is not a regular expression ({Sentence.Short(e.Message, 200)}); correct it.", e);
        }

        return pattern.Length > 0
            ? pattern
            : throw node.Wrong("is empty; write a pattern, or '.' for every parameter.");
    }
}
