using System.Collections.Immutable;
using TransferLens.Studies.Files;
using TransferLens.Vision.Images;

namespace TransferLens.Cli.Output;

/// <summary>
/// What a file next to the weights says of the order of the classes, compared with the classes of images.
/// </summary>
/// <param name="Stated">The names in the file, in the order of the network's outputs.</param>
/// <param name="Order">
/// The same with the images' own spelling, if the images have no others; null if they cannot be compared.
/// </param>
internal sealed record StatedClasses(WeightsClasses Stated, ImmutableArray<string>? Order)
{
    /// <summary>Compares; null where the file names no classes, or not as many as the network has.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="images">The images.</param>
    /// <param name="count">Number of the network's classes.</param>
    public static StatedClasses? Find(string weights, IImageSource images, int count) =>
        WeightsClasses.Find(weights) is { } stated && stated.Names.Length == count
            ? new(stated, Spelled(stated.Names, images))
            : null;

    // Every class of the images must be one of the names; a name may have no images, but for labels of its own.
    private static ImmutableArray<string>? Spelled(ImmutableArray<string> names, IImageSource images)
    {
        if (images.Labels.IsMultiLabel && images.Classes.Length != names.Length)
        {
            return null;
        }

        List<string> plain = [.. names.Select(Plain)];
        var indices = images.Classes.Select(name => IndexOf(names, plain, name)).ToList();
        if (indices.Contains(-1) || indices.Distinct().Count() < indices.Count)
        {
            return null;
        }

        var order = names.ToArray();
        foreach (var (index, name) in indices.Zip(images.Classes))
        {
            order[index] = name;
        }

        return order.Distinct(StringComparer.Ordinal).Count() == order.Length ? [.. order] : null;
    }

    private static int IndexOf(ImmutableArray<string> names, List<string> plain, string name) =>
        names.IndexOf(name) is >= 0 and var exact ? exact
        : plain.Count(other => other == Plain(name)) == 1 ? plain.IndexOf(Plain(name))
        : -1;

    // Folders are often named in lower case and with other separators than labels.
    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
