namespace TransferLens.Vision.Decoding;

/// <summary>A decoded image.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Pixels">Height x Width x 3 bytes: red, green, blue, row by row.</param>
/// <param name="Fit">How it is fitted to the study's square.</param>
public sealed record DecodedImage(int Width, int Height, byte[] Pixels, SquareFit Fit = SquareFit.Centre)
{
    /// <summary>Whether its file has further frames or pages, which are not used.</summary>
    public bool HasMoreFrames { get; init; }
}

/// <summary>How an image of any shape becomes a square; each format has one way.</summary>
public enum SquareFit
{
    /// <summary>
    /// The shorter side is resized, then the centre is cut out, as torchvision's <c>Resize</c> and <c>CenterCrop</c>
    /// do.
    /// </summary>
    Centre,

    /// <summary>
    /// Equalized, the longer side resized to the square's, padded and blurred, as the paper does with CheXpert. The
    /// study's resize length is not used.
    /// </summary>
    Radiograph,
}
