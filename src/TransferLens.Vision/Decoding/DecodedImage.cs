namespace TransferLens.Vision.Decoding;

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
