using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>preprocessing:</c> as a map: what a network does with values of pixels.</summary>
internal static class ChannelsReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["channels", "scale", "mean", "std"];

    private const string BlueFirst = "bgr";

    /// <summary>Reads the map: (scale x - mean) / std of values x in [0, 1], channel by channel.</summary>
    /// <param name="node">The map.</param>
    public static Normalization Read(StudyNode node)
    {
        node.Keys(Keys);
        var isBlueFirst = node.Find("channels")?.OneOf("rgb", BlueFirst) == BlueFirst;
        var scale = node.Find("scale")?.Positive() ?? 1;
        var mean = Three(node.Find("mean"), 0, value => value.NumberIn(double.MinValue, double.MaxValue, false, false));
        var deviation = Three(node.Find("std"), 1, value => value.Positive());
        var read = new Normalization(
            [.. mean.Select(value => value / scale)],
            [.. deviation.Select(value => value / scale)]
        );
        return isBlueFirst ? read.Reversed() : read;
    }

    // For all channels, or one for each.
    private static ImmutableArray<double> Three(StudyNode? node, double otherwise, Func<StudyNode, double> read)
    {
        ImmutableArray<double> values = node is null ? [otherwise] : [.. node.OneOrMore().Select(read)];
        return values.Length switch
        {
            1 => [values[0], values[0], values[0]],
            3 => values,
            _ => throw node!.Wrong($"has {values.Length} numbers; write one, or one for each of three channels."),
        };
    }
}
