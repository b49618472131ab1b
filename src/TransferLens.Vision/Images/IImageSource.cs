using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Images;

/// <summary>The images of one split of a data set before decoding, as a format reads them.</summary>
public interface IImageSource
{
    /// <summary>Names of the classes, in the order that the format defines; a label is an index into them.</summary>
    ImmutableArray<string> Classes { get; }

    /// <summary>The labels of each image.</summary>
    ImageLabels Labels { get; }

    /// <summary>Name of each image: its path below the data set's folder, or its number.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>
    /// SHA-256, in hexadecimal, of everything that determines the images, their labels and their order: the content of
    /// the files, but neither their paths on this machine nor their times.
    /// </summary>
    string Digest { get; }

    /// <summary>Files of the data set that are not among the images, by reason; none by default.</summary>
    ImmutableArray<LeftOutFiles> LeftOut => [];

    /// <summary>What a user should know about how the data set was read, a sentence each; none by default.</summary>
    ImmutableArray<string> Remarks => [];

    /// <summary>
    /// For each image, a number that is equal for images with equal content: the first 64 bits of the SHA-256 of its
    /// file or pixels. Empty where the format does not compute it, so that equal images are not found.
    /// </summary>
    ImmutableArray<ulong> Contents => [];

    /// <summary>Decodes one image. Called from several threads at once.</summary>
    /// <param name="index">Index of the image, in [0, Labels.Count).</param>
    /// <exception cref="InputException">The image is corrupt; the file is named.</exception>
    DecodedImage Read(int index);
}
