using System.Collections.Immutable;

namespace TransferLens.Data;

/// <summary>The pictures of one split of a data set before decoding: what a format reads.</summary>
public interface IPictureSource
{
    /// <summary>Names of the classes, in an order that the format fixes; a label is an index into them.</summary>
    ImmutableArray<string> Classes { get; }

    /// <summary>What each picture shows.</summary>
    PictureLabels Labels { get; }

    /// <summary>Name of each picture: its path below the data set's folder, or its number.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>
    /// SHA-256, in hexadecimal, of everything that decides the pictures, their labels and their order: the content of
    /// the files, never their paths on this machine or their times.
    /// </summary>
    string Digest { get; }

    /// <summary>Decodes one picture. Called from several threads at once.</summary>
    /// <param name="index">Which, in [0, Labels.Count).</param>
    /// <exception cref="InputException">The picture is corrupt; the file is named.</exception>
    DecodedPicture Read(int index);
}

/// <summary>A decoded picture.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Pixels">Height x Width x 3 bytes: red, green, blue, row by row.</param>
/// <param name="Fit">How it comes to the study's square.</param>
public sealed record DecodedPicture(int Width, int Height, byte[] Pixels, SquareFit Fit = SquareFit.Centre);

/// <summary>How a picture of any shape becomes a square: a property of its format.</summary>
public enum SquareFit
{
    /// <summary>The shorter side is resized, and the centre cut out: torchvision's <c>Resize</c> and <c>CenterCrop</c>.</summary>
    Centre,

    /// <summary>Equalized, the longer side resized to the square's, padded and blurred: what the paper does with CheXpert. The length of the resize plays no part.</summary>
    Radiograph,
}
