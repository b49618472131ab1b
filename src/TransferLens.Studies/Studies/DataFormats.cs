using System.Collections.Immutable;

namespace TransferLens.Studies;

/// <summary>A data format as a study file names it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Location">What its paths lead to; null when there is nothing to read and train and test are counts.</param>
/// <param name="Split">Whether the reader is told which of train and test it reads.</param>
/// <param name="Options">Keys of its own.</param>
internal sealed record DataFormat(string Name, PathKind? Location, bool Split, ImmutableArray<string> Options);

/// <summary>The data formats of study files.</summary>
public static class DataFormats
{
    internal static ImmutableArray<DataFormat> All { get; } =
    [
        new("image_folder", PathKind.Folder, Split: false, []),
        new("cifar_binary", PathKind.FileOrFolder, Split: true, []),
        new("idx", PathKind.FileOrFolder, Split: true, []),
        new("csv", PathKind.File, Split: false, ["root"]),
        new("synthetic", null, Split: true, ["style", "size", "seed", "classes"]),
    ];

    /// <summary>Every format's name.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>Styles of <c>synthetic</c> pictures; <c>noise</c> is the same for every class, to pretrain in vain.</summary>
    public static ImmutableArray<string> Styles { get; } = ["photo", "clipart", "quickdraw", "noise"];
}
