using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>Per-channel normalization (pixel / 255 - mean) / standard deviation, in the order red, green, blue.</summary>
/// <param name="Mean">Three means, of pixels in [0, 1].</param>
/// <param name="StandardDeviation">Three standard deviations, each above 0.</param>
public sealed record Normalization(ImmutableArray<double> Mean, ImmutableArray<double> StandardDeviation)
{
    /// <summary>Mean and standard deviation of ImageNet's training images, as torchvision uses them.</summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>Pixels stay in [0, 1].</summary>
    public static Normalization None { get; } = new([0, 0, 0], [1, 1, 1]);

    /// <summary>(pixel - 128) / 64 with pixels from 0 to 255, as the paper's released code brings CheXpert's images to a network.</summary>
    public static Normalization CheXpert { get; } =
        new([128.0 / 255, 128.0 / 255, 128.0 / 255], [64.0 / 255, 64.0 / 255, 64.0 / 255]);

    /// <summary>Reads <c>imagenet</c>, <c>chexpert</c>, <c>none</c> or <c>M,M,M/S,S,S</c>.</summary>
    /// <exception cref="InputException">It is none of these.</exception>
    public static Normalization Parse(string text)
    {
        switch (text)
        {
            case "imagenet":
                return ImageNet;
            case "chexpert":
                return CheXpert;
            case "none":
                return None;
        }

        var halves = text.Split('/');
        if (
            halves.Length == 2
            && Three(halves[0]) is { } mean
            && Three(halves[1]) is { } deviation
            && deviation.All(d => d > 0)
        )
        {
            return new(mean, deviation);
        }

        throw new InputException(
            $"The normalization '{text}' is not known: write imagenet, chexpert, none, or three means and three standard deviations as M,M,M/S,S,S."
        );
    }

    private static ImmutableArray<double>? Three(string text)
    {
        var parts = text.Split(',');
        var values = new double[3];
        for (var i = 0; i < 3; i++)
        {
            if (
                parts.Length != 3
                || !double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                || !double.IsFinite(values[i])
            )
            {
                return null;
            }
        }

        return [.. values];
    }

    /// <summary>The text that <see cref="Parse"/> reads back.</summary>
    public override string ToString() =>
        Equals(ImageNet) ? "imagenet"
        : Equals(CheXpert) ? "chexpert"
        : Equals(None) ? "none"
        : $"{string.Join(',', Mean)}/{string.Join(',', StandardDeviation)}";

    /// <summary>Whether all six numbers are equal.</summary>
    public bool Equals(Normalization? other) =>
        other is not null && Mean.SequenceEqual(other.Mean) && StandardDeviation.SequenceEqual(other.StandardDeviation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean[0], Mean[1], Mean[2], StandardDeviation[0]);
}
