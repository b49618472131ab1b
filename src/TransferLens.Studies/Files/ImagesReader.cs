using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>images:</c>.</summary>
internal static class ImagesReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    ["size", "resize", "resize_mode", "normalize", "interpolation", "preprocessing"];

    private const string FromWeights = "from_weights";

    /// <summary>Reads the section.</summary>
    /// <param name="node">The section; null where <c>preprocessing</c> replaces it.</param>
    /// <param name="preprocessing">The value of <c>preprocessing</c> outside the section, or null.</param>
    /// <param name="fromFile">
    /// Reads the preprocessing from a file that <c>preprocessing</c> names; gives null when it names none.
    /// </param>
    /// <param name="weights">
    /// Finds the path of P's weights, whose preprocessing <c>preprocessing: from_weights</c> takes; gives null when the
    /// study trains P.
    /// </param>
    /// <returns>The settings, and what was assumed, a sentence each.</returns>
    public static (ImageSettings Images, ImmutableArray<string> Notes) Read(
        StudyNode? node,
        StudyNode? preprocessing,
        Func<StudyNode, WeightsPreprocessing?> fromFile,
        Func<string?> weights
    )
    {
        node?.Keys(Keys);
        preprocessing ??= node?.Find("preprocessing");
        if (preprocessing is null)
        {
            node!.Get("size");
            return (Change(node, size => new(size, size, Normalization.ImageNet), 0), [.. Units(node)]);
        }

        if (preprocessing.IsMap)
        {
            var normalize = ChannelsReader.Read(preprocessing);
            var size = node?.Find("size") ?? throw preprocessing.Wrong("says nothing of the size; write images.size.");
            return (Change(node, side => new(side, side, normalize), size.Integer(1)), []);
        }

        if (fromFile(preprocessing) is { } stated)
        {
            var changed = Change(node, stated.ForSize, stated.Images.Size);
            return (changed, [.. stated.Notes(changed)]);
        }

        preprocessing.OneOf(FromWeights);
        if (weights() is not { } path)
        {
            throw preprocessing.Wrong("is from_weights, but pretrained names no weights; write size and normalize.");
        }

        try
        {
            var found = PreprocessingFile.Find(path);
            var used = Change(node, found.ForSize, found.Images.Size);
            return (used, [.. found.Notes(used), .. Units(node)]);
        }
        catch (InputException unknown)
        {
            throw preprocessing.Wrong($"is from_weights, but: {unknown.Message}", unknown);
        }
    }

    // What is written here holds, whatever the weights say.
    private static ImageSettings Change(StudyNode? node, Func<int, ImageSettings> forSize, int usual)
    {
        var size = node?.Find("size")?.Integer(1) ?? usual;
        var from = forSize(size);
        if (node is null)
        {
            return from;
        }

        var resize = node.Find("resize")?.Integer(1) ?? from.Resize;
        if (resize < size)
        {
            throw node.Get("resize").Wrong($"must be at least images.size, which is {size}, but is {resize}.");
        }

        return new(size, resize, node.Find("normalize") is { } value ? Normalize(value) : from.Normalize)
        {
            Interpolation = Word(node, "interpolation", from.Interpolation),
            ResizeMode = Word(node, "resize_mode", from.ResizeMode),
        };
    }

    private static IEnumerable<string> Units(StudyNode? node) =>
        node?.Find("normalize") is { } value && Normalization.NoteOfUnits(value.Text()) is { } note ? [note] : [];

    private static T Word<T>(StudyNode node, string key, T otherwise)
        where T : struct, Enum =>
        node.Find(key) is { } word ? EnumWords<T>.Parse(word.OneOf(EnumWords<T>.All)) : otherwise;

    private static Normalization Normalize(StudyNode node)
    {
        var text = node.Text();
        try
        {
            return Normalization.Parse(text);
        }
        catch (InputException e)
        {
            throw e.Message.Contains(Normalization.Mixed, StringComparison.Ordinal)
                ? node.Wrong($"is invalid. {e.Message}", e)
                : node.Wrong(
                    $"has the unknown value '{Sentence.Short(text)}'; {Normalization.Nearest(text)}write "
                        + $"{Normalization.Choices}, the latter in quotes.",
                    e
                );
        }
    }
}
