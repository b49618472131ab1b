using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>optimizer:</c>.</summary>
internal static class OptimizerReader
{
    private static readonly string[] OfSgd = ["momentum", "nesterov"];
    private static readonly string[] OfAdamW = ["beta1", "beta2", "epsilon"];

    /// <summary>The keys that it takes.</summary>
    public static ImmutableArray<string> Keys { get; } = ["name", "weight_decay", .. OfSgd, .. OfAdamW];

    /// <summary>Reads the keys that are there; another optimizer than the one below starts from its own defaults.</summary>
    public static OptimizerSettings Read(StudyNode node, OptimizerSettings below)
    {
        node.Keys(Keys);
        var name = node.Find("name")?.OneOf("sgd", "adamw") ?? below.Name;
        foreach (var key in (name == "sgd" ? OfAdamW : OfSgd).Where(node.Has))
        {
            throw node.Get(key).Wrong($"is not a setting of {name}; remove it, or name the other optimizer.");
        }

        var start = name == below.Name ? below : OptimizerSettings.Default with { Name = name };
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
            ? throw node.Wrong("asks for nesterov without momentum; give a momentum above 0.")
            : read;
    }
}
