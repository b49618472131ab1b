using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>Describes data sets and weights by their content, for plans.</summary>
internal interface IPlannedData
{
    /// <summary>Digest, classes and number of the images of a data set.</summary>
    /// <exception cref="InputException">The data set does not exist or cannot be used.</exception>
    ImagesDescription Describe(DataSource source);

    /// <summary>
    /// Describes a weights file, which must contain weights of a network; its head may differ or be missing.
    /// </summary>
    /// <param name="path">The file, or a folder that contains it.</param>
    /// <param name="key">Which of several state dicts; null to choose.</param>
    /// <param name="network">Name of the network.</param>
    /// <exception cref="InputException">The file cannot be read or does not fit the network.</exception>
    WeightsDescription DescribeWeights(string path, string? key, string network);
}

/// <summary>The content of a weights file.</summary>
/// <param name="Sha256">SHA-256 of the file, or of all its parts, in hexadecimal.</param>
/// <param name="Key">The state dict that is taken where the file contains several; null where there is no
/// choice.</param>
internal sealed record WeightsDescription(string Sha256, string? Key = null);

/// <summary>The content of a data set.</summary>
/// <param name="Digest">SHA-256 of images, labels and order, in hexadecimal.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Count">Number of images.</param>
/// <param name="IsMultiLabel">Whether the images are multi-label.</param>
internal sealed record ImagesDescription(
    string Digest,
    ImmutableArray<string> Classes,
    int Count,
    bool IsMultiLabel = false
)
{
    /// <summary>Files of the data set that are not among the images, by reason.</summary>
    public ImmutableArray<LeftOutFiles> LeftOut { get; init; } = [];

    /// <summary>What a user should know about how it was read, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>For each image, a number that is equal for equal content; empty where it is not known.</summary>
    public ImmutableArray<ulong> Contents { get; init; } = [];
}
