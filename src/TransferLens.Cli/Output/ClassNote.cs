using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;

namespace TransferLens.Cli.Output;

/// <summary>States the order of the classes, which decides what a network's outputs mean.</summary>
internal static class ClassNote
{
    /// <summary>The classes in their order, and where another tool would have another one.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="source">The data.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string> classes, DataSource source)
    {
        var order = source.Classes is null ? ClassOrder.Describe(classes) : "in the order of --class-names";
        yield return $"{classes.Count} classes {order}: {ClassOrder.List(classes)}";
        if (source is { Classes: null, Format: ImageFolderFormat.FormatName } && ClassOrder.DiffersFromText(classes))
        {
            yield return "These class folders are numbers. torchvision's ImageFolder would order them as text: "
                + $"{ClassOrder.List([.. classes.Order(StringComparer.Ordinal)])}. If the network was trained with "
                + "that order, list the names in it in a file and give --class-names.";
        }
    }
}
