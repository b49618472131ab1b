using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// How much of the gain of pretraining needs the images' visual features. Every target image, training and test, is cut
/// into b x b blocks that one permutation moves: features larger than b are destroyed, statistics below b stay. The gain at
/// b is A_PT(b) - A_RIT(b), final test scores, accuracies or mean AUCs, of trainings from P and from random weights, in [-1, 1]. What is left of
/// it at b = 1 is due to low-level statistics; the rest, gone with the blocks, is due to reused features.
/// Source: Neyshabur, Sedghi, Zhang 2020, section 3.1 and Figure 3.
/// </summary>
/// <remarks>
/// The trainings are ordinary ones: <see cref="Trainer.Train"/> with <see cref="TrainingRecipe.Shuffle"/>
/// set and no augmentation does one on any network and images, without a study. Near chance level there is no room for a
/// gain: a small gain at b = 1 may be that alone.
/// </remarks>
public static class ReuseMeasure
{
    /// <summary>The name of the shuffle that permutes all values of an image, channels included: the paper's <c>*</c>.</summary>
    public const string AllValues = "channels";

    /// <summary>100 (A_PT - A_RIT) / A_PT in percent; null when A_PT is 0.</summary>
    /// <param name="pretrained">A_PT, a share in [0, 1].</param>
    /// <param name="random">A_RIT, a share in [0, 1].</param>
    public static double? RelativeDrop(double pretrained, double random) =>
        pretrained > 0 ? 100 * (pretrained - random) / pretrained : null;

    /// <summary>The relative drop of the means, and its range over every combination of the two accuracies; null when A_PT may be 0.</summary>
    /// <param name="pretrained">A_PT.</param>
    /// <param name="random">A_RIT.</param>
    public static Estimate? RelativeDrop(Estimate pretrained, Estimate random)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(random);
        return RelativeDrop(pretrained.Low, random.High) is { } low
            ? new(
                RelativeDrop(pretrained.Value, random.Value)!.Value,
                low,
                RelativeDrop(pretrained.High, random.Low)!.Value
            )
            : null;
    }

    /// <summary>The blocks measured unless a study names others: all values, the powers of two that divide the size, and the size.</summary>
    /// <param name="size">Side of an image in pixels.</param>
    public static ImmutableArray<string> Blocks(int size) =>
        [
            AllValues,
            .. Enumerable
                .Range(0, 31)
                .Select(power => 1 << power)
                .Where(block => size % block == 0)
                .Append(size)
                .Distinct()
                .Select(Name),
        ];

    /// <summary>The blocks to measure: those named, smallest first, and the full size, which every other is compared with.</summary>
    /// <param name="named">Sides in pixels and <see cref="AllValues"/>; empty for the usual ones.</param>
    /// <param name="size">Side of an image in pixels.</param>
    /// <exception cref="InputException">A block does not divide the size.</exception>
    public static ImmutableArray<string> Blocks(ImmutableArray<string> named, int size) =>
        named.IsEmpty
            ? Blocks(size)
            :
            [
                .. named.Where(block => block == AllValues),
                .. named
                    .Where(block => block != AllValues)
                    .Select(block => int.Parse(block, CultureInfo.InvariantCulture))
                    .Append(size)
                    .Distinct()
                    .Order()
                    .Select(block =>
                        size % block == 0
                            ? Name(block)
                            : throw new InputException(
                                $"analyses.feature_reuse.block_sizes holds {block}, but images of size {size} cannot be cut into blocks of {block}; write {AllValues} or divisors of {size}: {string.Join(", ", Enumerable.Range(1, size).Where(divisor => size % divisor == 0))}."
                            )
                    ),
            ];

    private static string Name(int block) => block.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The two parts of the gain of pretraining; they add up to it.</summary>
/// <param name="Gain">A_PT - A_RIT on whole images.</param>
/// <param name="LowLevel">What is left of it at b = 1: low-level statistics.</param>
public sealed record GainSplit(Estimate Gain, Estimate LowLevel)
{
    /// <summary>The rest, which larger blocks bring: feature reuse.</summary>
    public Estimate Reuse => Gain.Minus(LowLevel);

    /// <summary>Share of the gain that is left at b = 1; null unless the gain is surely above 0.</summary>
    public double? LowLevelShare => Gain.IsPositive ? LowLevel.Value / Gain.Value : null;
}
