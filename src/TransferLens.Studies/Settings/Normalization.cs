using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>
/// Per-channel normalization (value - mean) / standard deviation of values in [0, 1]; for RGB in the order red, green,
/// blue.
/// </summary>
/// <param name="Mean">One mean per channel, or a single one for all channels.</param>
/// <param name="StandardDeviation">As many standard deviations, each greater than 0.</param>
public sealed record Normalization(ImmutableArray<double> Mean, ImmutableArray<double> StandardDeviation)
{
    private const double CheXpertMean = 128.0 / 255;
    private const double CheXpertDeviation = 64.0 / 255;

    // Values of pixels from 0 to 255 have larger means and deviations than any of values in [0, 1].
    private const double LargestMean = 1;
    private const double LargestDeviation = 5;
    private const double White = 255;
    private const int Digits = 12;

    // Begins the text form of a normalization for networks that take blue first.
    private const string Bgr = "bgr:";

    /// <summary>Part of the message that the numbers have two units.</summary>
    internal const string Mixed = "mixes numbers of pixels in [0, 1] and from 0 to 255";

    /// <summary>
    /// Whether the network takes blue first. Means and standard deviations are in the images' own order all the same:
    /// red, green, blue.
    /// </summary>
    public bool IsBlueFirst { get; init; }

    /// <summary>Mean and standard deviation of ImageNet's training images, as torchvision uses them.</summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>To [-1, 1]: of Inception, and of Google's and timm's vision transformers.</summary>
    public static Normalization Inception { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    /// <summary>Mean and standard deviation of CLIP's training images.</summary>
    public static Normalization Clip { get; } =
        new([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]);

    /// <summary>Values stay in [0, 1].</summary>
    public static Normalization None { get; } = new([0, 0, 0], [1, 1, 1]);

    /// <summary>(pixel - 128) / 64 of pixels from 0 to 255, as in the paper's released code for CheXpert.</summary>
    public static Normalization CheXpert { get; } =
        new([CheXpertMean, CheXpertMean, CheXpertMean], [CheXpertDeviation, CheXpertDeviation, CheXpertDeviation]);

    /// <summary>The normalizations that have a name.</summary>
    public static ImmutableArray<KeyValuePair<string, Normalization>> Presets { get; } =
    [
        new("imagenet", ImageNet),
        new("inception", Inception),
        new("clip", Clip),
        new("chexpert", CheXpert),
        new("none", None),
    ];

    /// <summary>What may be written, as part of a sentence.</summary>
    internal static string Choices =>
        $"{string.Join(", ", Presets.Select(preset => preset.Key))}, "
        + "or three means and three standard deviations as M,M,M/S,S,S";

    /// <summary>
    /// The same normalization with one mean and standard deviation per channel. A normalization that is equal for all
    /// its channels applies to any number of channels.
    /// </summary>
    /// <param name="channels">Number of channels of the images.</param>
    /// <exception cref="InputException">
    /// It is for another number of channels, or a standard deviation is not greater than 0.
    /// </exception>
    public Normalization ForChannels(int channels)
    {
        var count = Mean.Length;
        if (count == 0 || StandardDeviation.Length != count || !StandardDeviation.All(deviation => deviation > 0))
        {
            throw new InputException(
                $"The normalization has {count} means and {StandardDeviation.Length} standard deviations; "
                    + "give as many of each, and standard deviations greater than 0."
            );
        }

        if (count == channels)
        {
            return this;
        }

        if (IsBlueFirst)
        {
            throw new InputException(
                $"The normalization is for blue, green and red, but the images have {channels} channels."
            );
        }

        var isUniform = Mean.Distinct().Count() == 1 && StandardDeviation.Distinct().Count() == 1;
        return isUniform
            ? new([.. Enumerable.Repeat(Mean[0], channels)], [.. Enumerable.Repeat(StandardDeviation[0], channels)])
            : throw new InputException(
                $"The normalization is for {count} channels, but the images have {channels}; "
                    + "give one mean and standard deviation per channel, or a single one for all."
            );
    }

    /// <summary>
    /// Reads the name of one of <see cref="Presets"/>, in upper or lower case, or <c>M,M,M/S,S,S</c>. Numbers of pixels
    /// from 0 to 255, such as <c>123.675,116.28,103.53/58.395,57.12,57.375</c>, are divided by 255. After <c>bgr:</c>,
    /// the numbers are those of blue, green and red, the order in which the network takes the channels.
    /// </summary>
    /// <exception cref="InputException">
    /// It is none of these, or some numbers are of pixels and some are not.
    /// </exception>
    public static Normalization Parse(string text) => Read(text).InUnits(text);

    /// <summary>That numbers of pixels were divided by 255, in a sentence; null where none were.</summary>
    /// <param name="text">What <see cref="Parse"/> reads.</param>
    internal static string? NoteOfUnits(string text) =>
        Parse(text) is var used && used != Read(text)
            ? $"The normalization {text} is of pixels from 0 to 255 and was divided by 255: {used}."
            : null;

    /// <summary>Reads what <see cref="ToString"/> wrote: all numbers are for values in [0, 1].</summary>
    /// <exception cref="InputException">It is not of this form.</exception>
    internal static Normalization Read(string text) =>
        Presets.FirstOrDefault(preset => preset.Key.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)).Value
        ?? ParseNumbers(text)
        ?? throw new InputException($"The normalization '{text}' is invalid; {Nearest(text)}write {Choices}.");

    /// <summary>The nearest name to one that is invalid, as part of a sentence; empty if none is near.</summary>
    internal static string Nearest(string text) =>
        Sentence.Nearest(text, [.. Presets.Select(preset => preset.Key)]) is { } nearest
            ? $"did you mean {nearest}? Or "
            : "";

    private static Normalization? ParseNumbers(string text)
    {
        if (text.StartsWith(Bgr, StringComparison.Ordinal))
        {
            return ParseNumbers(text[Bgr.Length..])?.Reversed();
        }

        var halves = text.Split('/');
        if (halves.Length != 2 || Three(halves[0]) is not { } mean || Three(halves[1]) is not { } deviation)
        {
            return null;
        }

        return deviation.All(value => value > 0) ? new(mean, deviation) : null;
    }

    /// <summary>The same numbers, meant for the channels in the other order.</summary>
    internal Normalization Reversed() =>
        new([.. Mean.Reverse()], [.. StandardDeviation.Reverse()]) { IsBlueFirst = !IsBlueFirst };

    private Normalization InUnits(string text)
    {
        var (mean, deviation) = (Mean, StandardDeviation);
        if (mean.All(value => Math.Abs(value) <= LargestMean) && deviation.All(value => value <= LargestDeviation))
        {
            return this;
        }

        var ofPixels = mean.Any(value => value > LargestMean) || mean.All(value => value == 0);
        return
            ofPixels
            && mean.All(value => value is >= 0 and <= White)
            && deviation.All(value => value is >= 1 and <= White)
            ? this with
            {
                Mean = Divided(mean),
                StandardDeviation = Divided(deviation),
            }
            : throw new InputException(
                $"The normalization '{text}' {Mixed}; write all means and standard deviations for values in [0, 1]."
            );
    }

    // Rounded, so that 123.675 / 255 is the number 0.485.
    private static ImmutableArray<double> Divided(ImmutableArray<double> values) =>
        [.. values.Select(value => Math.Round(value / White, Digits))];

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

    /// <summary>The text form; <see cref="Parse"/> reads it back for three channels.</summary>
    public override string ToString() =>
        IsBlueFirst
            ? $"{Bgr}{Numbers(Reversed())}"
            : Presets.FirstOrDefault(preset => preset.Value == this).Key ?? Numbers(this);

    private static string Numbers(Normalization of) =>
        $"{string.Join(',', of.Mean)}/{string.Join(',', of.StandardDeviation)}";

    /// <summary>Whether all numbers are equal.</summary>
    public bool Equals(Normalization? other) =>
        other is not null
        && IsBlueFirst == other.IsBlueFirst
        && Mean.SequenceEqual(other.Mean)
        && StandardDeviation.SequenceEqual(other.StandardDeviation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(IsBlueFirst);
        foreach (var value in Mean.Concat(StandardDeviation))
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
