using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads one rule of <c>parameter_groups:</c>.</summary>
internal static class ParameterGroupReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    ["match", "learning_rate_scale", "weight_decay", "l2", "l2_toward"];

    public static ParameterGroupSettings Read(StudyNode node)
    {
        node.Keys(Keys);
        return new(
            PatternReader.Read(node.Get("match")),
            node.Find("learning_rate_scale")?.NotNegative() ?? 1,
            node.Find("weight_decay")?.NotNegative(),
            node.Find("l2")?.NotNegative() ?? 0,
            node.Find("l2_toward")?.OneOf("zero", "initial") ?? "zero"
        );
    }
}
