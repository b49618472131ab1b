using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>optimizer:</c>.</summary>
internal static class OptimizerReader
{
    private static readonly string[] SgdKeys = ["momentum", "nesterov"];
    private static readonly string[] AdamWKeys = ["beta1", "beta2", "epsilon"];

    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["name", "weight_decay", .. SgdKeys, .. AdamWKeys];

    /// <summary>
    /// Reads the given keys; the others keep their values, or are the defaults if the optimizer changes.
    /// </summary>
    public static OptimizerSettings Read(StudyNode node, OptimizerSettings current)
    {
        node.Keys(Keys);
        var name = node.Find("name")?.OneOf("sgd", "adamw") ?? current.Name;
        foreach (var key in (name == "sgd" ? AdamWKeys : SgdKeys).Where(node.Has))
        {
            throw node.Get(key).Wrong($"is not a setting of {name}; remove it or choose the other optimizer.");
        }

        var start = name == current.Name ? current : OptimizerSettings.Default with { Name = name };
        var read = start with
        {
            Momentum = node.Find("momentum")?.BelowOne() ?? start.Momentum,
            Nesterov = node.Find("nesterov")?.Flag() ?? start.Nesterov,
            WeightDecay = node.Find("weight_decay")?.NotNegative() ?? start.WeightDecay,
            Beta1 = node.Find("beta1")?.BelowOne() ?? start.Beta1,
            Beta2 = node.Find("beta2")?.BelowOne() ?? start.Beta2,
            Epsilon = node.Find("epsilon")?.Positive() ?? start.Epsilon,
        };
        return read.Nesterov && read.Momentum == 0
            ? throw node.Wrong("has nesterov without momentum; give a momentum above 0.")
            : read;
    }
}
