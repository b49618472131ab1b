namespace TransferLens.Studies.Settings;

/// <summary>How an image is resized before the centre square is cut out.</summary>
public enum ResizeMode
{
    /// <summary>
    /// The shorter side gets the resize length, and the image keeps its shape: torchvision's <c>Resize(n)</c>.
    /// </summary>
    Shortest,

    /// <summary>
    /// Both sides get the resize length: torchvision's <c>Resize((n, n))</c>. Nothing is cut off if it is the size.
    /// </summary>
    Squash,
}
