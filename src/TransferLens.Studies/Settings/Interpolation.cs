namespace TransferLens.Studies.Settings;

/// <summary>The filter with which images are resized; both are antialiased, as in Pillow.</summary>
public enum Interpolation
{
    /// <summary>A triangle: Pillow's <c>BILINEAR</c>.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -1/2: Pillow's <c>BICUBIC</c>.</summary>
    Bicubic,
}
