using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>What a plan must know of the outside world: the data's content, never where it lies.</summary>
public interface IPlannedData
{
    /// <summary>Digest, classes and number of the images of a data source.</summary>
    /// <exception cref="InputException">The data cannot be found or used.</exception>
    ImagesDescription Describe(DataSource source);

    /// <summary>SHA-256 of a weights file, once it was seen to hold weights of a network, whatever its head.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">Name of the network.</param>
    /// <exception cref="InputException">The file cannot be read or does not fit the network.</exception>
    string WeightsDigest(string path, string network);
}

/// <summary>What is in a data source.</summary>
/// <param name="Digest">SHA-256 of images, labels and order, in hexadecimal.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Many">Whether an image may show several of the classes, or none.</param>
public sealed record ImagesDescription(string Digest, ImmutableArray<string> Classes, int Count, bool Many = false);
