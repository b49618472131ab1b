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
    ["size", "resize", "normalize", "interpolation", "preprocessing"];

    private const string FromWeights = "from_weights";

    /// <summary>Reads the section.</summary>
    /// <param name="node">The section; null where <c>preprocessing</c> stands in its place.</param>
    /// <param name="preprocessing">The value of <c>preprocessing</c> outside the section, or null.</param>
    /// <param name="weights">
    /// Finds the path of P's weights, whose preprocessing <c>preprocessing: from_weights</c> takes; gives null when the
    /// study trains P.
    /// </param>
    public static ImageSettings Read(StudyNode? node, StudyNode? preprocessing, Func<string?> weights)
    {
        node?.Keys(Keys);
        preprocessing ??= node?.Find("preprocessing");
        if (preprocessing is null)
        {
            var given = node!.Get("size").Integer(1);
            return Change(node, new(given, given, Normalization.ImageNet));
        }

        preprocessing.OneOf(FromWeights);
        if (weights() is not { } path)
        {
            throw preprocessing.Wrong("is from_weights, but pretrained names no weights; write size and normalize.");
        }

        try
        {
            return Change(node, PreprocessingFile.Find(path).Images);
        }
        catch (InputException unknown)
        {
            throw preprocessing.Wrong($"is from_weights, but: {unknown.Message}", unknown);
        }
    }

    // What is written here holds, whatever the weights say.
    private static ImageSettings Change(StudyNode? node, ImageSettings from)
    {
        if (node is null)
        {
            return from;
        }

        var size = node.Find("size")?.Integer(1) ?? from.Size;
        var resize = node.Find("resize")?.Integer(1) ?? (size == from.Size ? from.Resize : size);
        if (resize < size)
        {
            throw node.Get("resize").Wrong($"must be at least images.size, which is {size}, but is {resize}.");
        }

        var interpolation = node.Find("interpolation")?.OneOf("bilinear", "bicubic");
        return new(size, resize, node.Find("normalize") is { } value ? Normalize(value) : from.Normalize)
        {
            Interpolation =
                interpolation is null ? from.Interpolation
                : interpolation == "bicubic" ? Interpolation.Bicubic
                : Interpolation.Bilinear,
        };
    }

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
                    $"has the unknown value '{Sentence.Short(text)}'; write {Normalization.Choices}, the latter in "
                        + "quotes.",
                    e
                );
        }
    }
}
