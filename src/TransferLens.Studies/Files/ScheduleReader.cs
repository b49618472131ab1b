using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>schedule:</c>.</summary>
internal static class ScheduleReader
{
    private static readonly string[] OfMultiStep = ["milestones", "gamma"];

    /// <summary>The keys that it takes.</summary>
    public static ImmutableArray<string> Keys { get; } = ["name", "warmup_epochs", .. OfMultiStep];

    /// <summary>Reads the keys that are there; another schedule than the one below starts from its own defaults.</summary>
    public static ScheduleSettings Read(StudyNode node, ScheduleSettings below)
    {
        node.Keys(Keys);
        var name = node.Find("name")?.OneOf("constant", "multi_step", "cosine") ?? below.Name;
        foreach (var key in OfMultiStep.Where(key => name != "multi_step" && node.Has(key)))
        {
            throw node.Get(key)
                .Wrong($"is a setting of multi_step, but the schedule is {name}; remove it, or name multi_step.");
        }

        var start = name == below.Name ? below : ScheduleSettings.Constant with { Name = name };
        var read = start with
        {
            Milestones = node.Find("milestones") is { } milestones ? Milestones(milestones) : start.Milestones,
            Gamma = node.Find("gamma")?.Positive() ?? start.Gamma,
            WarmupEpochs = node.Find("warmup_epochs")?.Integer(0) ?? start.WarmupEpochs,
        };
        return name == "multi_step" && read.Milestones.IsEmpty
            ? throw node.Wrong("names multi_step without milestones; list the epochs at which the rate falls.")
            : read;
    }

    private static ImmutableArray<int> Milestones(StudyNode node)
    {
        var items = node.Items();
        var epochs = items.Select(item => item.Integer(0)).ToImmutableArray();
        for (var i = 1; i < epochs.Length; i++)
        {
            if (epochs[i] <= epochs[i - 1])
            {
                throw items[i].Wrong($"is {epochs[i]} after {epochs[i - 1]}; milestones must ascend.");
            }
        }

        return epochs;
    }
}
