using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;

namespace TransferLens.Cli.Output;

/// <summary>States the order of the classes, which decides what a network's outputs mean.</summary>
internal static class ClassNote
{
    /// <summary>The classes in their order, and where another tool or a file would have another one.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="source">The data.</param>
    /// <param name="stated">What a file next to the weights says of the order; null for nothing.</param>
    /// <param name="isGiven">Whether the user gave the order.</param>
    public static IEnumerable<string> Lines(
        IReadOnlyList<string> classes,
        DataSource source,
        StatedClasses? stated,
        bool isGiven
    )
    {
        var order =
            isGiven ? "in the order of --class-names"
            : stated?.Order is null ? ClassOrder.Describe(classes)
            : $"in the order of {Place(stated)}";
        yield return $"{classes.Count} classes {order}: {ClassOrder.List(classes)}";
        var isOpen = source is { Classes: null, Format: ImageFolderFormat.FormatName } && stated?.Order is null;
        if (isOpen && ClassOrder.DiffersFromText(classes))
        {
            yield return "These class folders are numbers. torchvision's ImageFolder would order them as text: "
                + $"{ClassOrder.List([.. classes.Order(StringComparer.Ordinal)])}. If the network was trained with "
                + "that order, list the names in it in a file and give --class-names.";
        }

        if (stated is not null && Warning(classes, stated, isGiven) is { } warning)
        {
            yield return warning;
        }
    }

    private static string? Warning(IReadOnlyList<string> classes, StatedClasses stated, bool isGiven)
    {
        if (stated.Order is { } order)
        {
            return isGiven && !order.SequenceEqual(classes, StringComparer.Ordinal)
                    ? $"Warning: --class-names differs from the order of {Place(stated)}: {ClassOrder.List(order)}."
                : isGiven || classes.SequenceEqual(ClassOrder.Sort(classes), StringComparer.Ordinal) ? null
                : $"Without {stated.Stated.Key}, the classes would be in text or number order. "
                    + "--class-names takes precedence.";
        }

        return isGiven || ClassOrder.AreIntegers(classes)
            ? null
            : $"Warning: {Place(stated)} has other names ({ClassOrder.List(stated.Stated.Names)}), so the order of the "
                + "classes cannot be checked. If it differs, list the names of the images' classes in the order of "
                + "that file and give --class-names.";
    }

    private static string Place(StatedClasses stated) =>
        $"{stated.Stated.Key} in '{Path.GetFileName(stated.Stated.Path)}' next to the weights";
}
