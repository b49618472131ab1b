using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The images of one split of a data set before decoding: what a format reads.</summary>
public interface IImageSource
{
    /// <summary>Names of the classes, in an order that the format fixes; a label is an index into them.</summary>
    ImmutableArray<string> Classes { get; }

    /// <summary>What each image shows.</summary>
    ImageLabels Labels { get; }

    /// <summary>Name of each image: its path below the data set's folder, or its number.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>
    /// SHA-256, in hexadecimal, of everything that decides the images, their labels and their order: the content of
    /// the files, never their paths on this machine or their times.
    /// </summary>
    string Digest { get; }

    /// <summary>Decodes one image. Called from several threads at once.</summary>
    /// <param name="index">Which, in [0, Labels.Count).</param>
    /// <exception cref="InputException">The image is corrupt; the file is named.</exception>
    DecodedImage Read(int index);
}

/// <summary>A decoded image.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Pixels">Height x Width x 3 bytes: red, green, blue, row by row.</param>
/// <param name="Fit">How it comes to the study's square.</param>
public sealed record DecodedImage(int Width, int Height, byte[] Pixels, SquareFit Fit = SquareFit.Centre);

/// <summary>How an image of any shape becomes a square: a property of its format.</summary>
public enum SquareFit
{
    /// <summary>The shorter side is resized, and the centre cut out: torchvision's <c>Resize</c> and <c>CenterCrop</c>.</summary>
    Centre,

    /// <summary>Equalized, the longer side resized to the square's, padded and blurred: what the paper does with CheXpert. The length of the resize plays no part.</summary>
    Radiograph,
}
