using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads one entry of <c>runs:</c>.</summary>
internal static class RunReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    ["init", "init_seed", "learning_rate", "seeds", .. TrainingReader.Keys];

    /// <summary>Reads a run.</summary>
    /// <param name="node">The entry.</param>
    /// <param name="training">The study's training settings, which the run's keys override.</param>
    /// <param name="pretrained">Whether the study has pretrained weights.</param>
    public static RunSettings Read(StudyNode node, TrainingSettings training, bool pretrained)
    {
        node.Keys(Keys);
        var init = node.Get("init");
        var initialization =
            init.OneOf("pretrained", "random") == "random" ? Initialization.Random : Initialization.Pretrained;
        if (initialization == Initialization.Pretrained && !pretrained)
        {
            throw init.Wrong(
                "is pretrained, but the study has no pretrained section; add one with weights or data, or write random."
            );
        }

        return new(
            initialization,
            Each(node.Get("learning_rate"), item => item.Positive()),
            node.Find("seeds") is { } seeds ? Each(seeds, item => item.Integer(0)) : [1],
            TrainingReader.Read(node, training)
        )
        {
            InitSeed = node.Find("init_seed")?.Integer(0),
        };
    }

    // The same run twice would count as two independent runs.
    private static ImmutableArray<T> Each<T>(StudyNode node, Func<StudyNode, T> read)
    {
        var seen = new HashSet<T>();
        return
        [
            .. node.OneOrMore()
                .Select(item =>
                    read(item) is var value && seen.Add(value)
                        ? value
                        : throw item.Wrong($"lists {value} twice; remove one of the two.")
                ),
        ];
    }
}
