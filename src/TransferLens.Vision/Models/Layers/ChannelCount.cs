namespace TransferLens.Vision.Models.Layers;

/// <summary>Numbers of channels of networks whose width is scaled.</summary>
internal static class ChannelCount
{
    /// <summary>
    /// The multiple of 8 nearest to a number of channels, at least 8 and at least nine tenths of it: torchvision's
    /// <c>_make_divisible</c>.
    /// </summary>
    public static long Round(double channels)
    {
        var rounded = Math.Max(8, (long)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
