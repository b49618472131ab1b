using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>images:</c>.</summary>
internal static class ImagesReader
{
    /// <summary>The valid keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["size", "resize", "normalize"];

    public static ImageSettings Read(StudyNode node)
    {
        node.Keys(Keys);
        var size = node.Get("size").Integer(1);
        var resize = node.Find("resize")?.Integer(1) ?? size;
        if (resize < size)
        {
            throw node.Get("resize").Wrong($"must be at least images.size, which is {size}, but is {resize}.");
        }

        var normalization = node.Find("normalize") is { } value ? Normalize(value) : Normalization.ImageNet;
        return new(size, resize, normalization);
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
                    $"has the unknown value '{Sentence.Short(text)}'; write imagenet, chexpert, none, "
                        + "or three means and three standard deviations in quotes, \"M,M,M/S,S,S\".",
                    e
                );
        }
    }
}
