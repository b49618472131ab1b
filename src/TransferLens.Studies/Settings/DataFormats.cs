using System.Collections.Immutable;

namespace TransferLens.Studies.Settings;

/// <summary>A data format as a study file names it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Location">What its paths lead to; null when there is nothing to read and train and test are counts.</param>
/// <param name="Split">Whether the reader is told which of train and test it reads.</param>
/// <param name="Options">Keys of its own.</param>
internal sealed record DataFormat(string Name, PathKind? Location, bool Split, ImmutableArray<string> Options)
{
    /// <summary>For a data set that has to be fetched: what to put where, as a part of a message; null for others.</summary>
    public string? Layout { get; init; }
}

/// <summary>The data formats of study files.</summary>
public static class DataFormats
{
    internal static ImmutableArray<DataFormat> All { get; } =
    [
        new("image_folder", PathKind.Folder, Split: false, []),
        new("cifar_binary", PathKind.FileOrFolder, Split: true, []),
        new("idx", PathKind.FileOrFolder, Split: true, []),
        new("csv", PathKind.File, Split: false, ["root", "labels"]),
        new("domainnet", PathKind.FileOrFolder, Split: true, ["domain", "subsample", "subsample_seed"])
        {
            Layout =
                "put there, for each domain, DOMAIN.zip of http://ai.bu.edu/M3SDA/ unpacked to DOMAIN/CLASS/NAME.jpg, and beside the folder DOMAIN its lists DOMAIN_train.txt and DOMAIN_test.txt",
        },
        new("imagenet", PathKind.Folder, Split: true, [])
        {
            Layout =
                "put there, from https://image-net.org, ILSVRC2012_img_train.tar unpacked to train/n01440764/NAME.JPEG and ILSVRC2012_img_val.tar to val/n01440764/NAME.JPEG, a folder for each synset in both",
        },
        new(
            "chexpert",
            PathKind.FileOrFolder,
            Split: true,
            ["view", "uncertain", "repeat_positives", "subsample", "subsample_seed", "test_list", "root"]
        )
        {
            Layout =
                "put there CheXpert-v1.0-small.zip of https://stanfordmlgroup.github.io/competitions/chexpert/ unpacked, so that train.csv, valid.csv and the folders train and valid lie in it",
        },
        new("synthetic", null, Split: true, ["style", "size", "seed", "classes"]),
    ];

    /// <summary>Every format's name.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(format => format.Name)];

    /// <summary>What to put where for a data set that has to be fetched, as a part of a message; null for other formats.</summary>
    /// <param name="format">The format's name.</param>
    public static string? Layout(string format) => All.FirstOrDefault(known => known.Name == format)?.Layout;

    /// <summary>Styles of <c>synthetic</c> images; <c>noise</c> is the same for every class, to pretrain in vain.</summary>
    public static ImmutableArray<string> Styles { get; } = ["photo", "clipart", "quickdraw", "noise"];
}
