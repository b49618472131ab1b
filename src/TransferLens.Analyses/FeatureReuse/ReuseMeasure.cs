using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// How much of the gain of pretraining needs the images' visual features. Every target image, training and test, is cut
/// into b x b blocks that one permutation moves: features larger than b are destroyed, statistics below b remain. The
/// gain at b is A_PT(b) - A_RIT(b), final test scores, accuracies or mean AUCs, of runs from P and from random weights,
/// in [-1, 1] (<see cref="ReuseScores"/>). What remains of it at b = 1 is due to low-level statistics; the rest, lost
/// with the blocks, is due to reused features (<see cref="GainSplit"/>). Source: Neyshabur, Sedghi, Zhang 2020, section
/// 3.1 and Figure 3.
/// </summary>
/// <remarks>
/// Without a study, use <see cref="Trainer.Train"/> with <see cref="TrainingRecipe.Shuffle"/> and no augmentation on
/// any network and images. Near chance there is no room for a gain, which alone can explain a small gain at b = 1.
/// </remarks>
public static class ReuseMeasure
{
    /// <summary>
    /// The name of the shuffle that permutes all values of an image, channels included: the paper's <c>*</c>.
    /// </summary>
    public const string AllValues = "channels";

    /// <summary>100 (A_PT - A_RIT) / A_PT in percent; null when A_PT is 0.</summary>
    /// <param name="pretrained">A_PT, a share in [0, 1].</param>
    /// <param name="random">A_RIT, a share in [0, 1].</param>
    public static double? RelativeDrop(double pretrained, double random) =>
        pretrained > 0 ? 100 * (pretrained - random) / pretrained : null;

    /// <summary>The default blocks: all values, the powers of two that divide the size, and the size.</summary>
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

    /// <summary>
    /// The blocks of a study: those named, smallest first, and the full size, which every other is compared with.
    /// </summary>
    /// <param name="named">Sides in pixels and <see cref="AllValues"/>; empty for the default blocks.</param>
    /// <param name="size">Side of an image in pixels.</param>
    /// <exception cref="InputException">A block does not divide the size.</exception>
    internal static ImmutableArray<string> Blocks(ImmutableArray<string> named, int size) =>
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
                            : throw new InputException(ReuseWords.Errors.DoesNotDivide(block, size))
                    ),
            ];

    private static string Name(int block) => block.ToString(CultureInfo.InvariantCulture);
}
