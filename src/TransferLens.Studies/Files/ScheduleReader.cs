using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>schedule:</c>.</summary>
internal static class ScheduleReader
{
    private static readonly string[] MultiStepKeys = ["milestones", "gamma"];

    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["name", "warmup_epochs", .. MultiStepKeys];

    /// <summary>
    /// Reads the given keys; the others keep their values, or are the defaults if the schedule changes.
    /// </summary>
    public static ScheduleSettings Read(StudyNode node, ScheduleSettings current)
    {
        node.Keys(Keys);
        var name = node.Find("name")?.OneOf("constant", "multi_step", "cosine") ?? current.Name;
        foreach (var key in MultiStepKeys.Where(key => name != "multi_step" && node.Has(key)))
        {
            throw node.Get(key)
                .Wrong($"is a setting of multi_step, but the schedule is {name}; remove it or choose multi_step.");
        }

        var start = name == current.Name ? current : ScheduleSettings.Constant with { Name = name };
        var read = start with
        {
            Milestones = node.Find("milestones") is { } milestones ? Milestones(milestones) : start.Milestones,
            Gamma = node.Find("gamma")?.Positive() ?? start.Gamma,
            WarmupEpochs = node.Find("warmup_epochs")?.Integer(0) ?? start.WarmupEpochs,
        };
        return name == "multi_step" && read.Milestones.IsEmpty
            ? throw node.Wrong("is multi_step without milestones; list the epochs at which the learning rate falls.")
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
                throw items[i].Wrong($"is {epochs[i]} after {epochs[i - 1]}; sort milestones in ascending order.");
            }
        }

        return epochs;
    }
}
