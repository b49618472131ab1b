using TransferLens.Data;
using static TorchSharp.torch;

namespace TransferLens.Training;

/// <summary>
/// Mixup (Zhang et al. 2018): each picture of a batch is blended with another of the same batch, and the loss blends the
/// losses on both labels. One share a batch, drawn from Beta(alpha, alpha).
/// </summary>
/// <param name="Share">Weight of the pictures' own labels, in [0, 1].</param>
/// <param name="Partners">For each picture, which one it is blended with.</param>
internal sealed record Mixup(double Share, int[] Partners)
{
    /// <summary>Draws a blend for a batch.</summary>
    public static Mixup Draw(double alpha, int count, NumpyRandom random) => new(Beta(alpha, random), random.Permutation(count));

    /// <summary>The blended pictures.</summary>
    public Tensor Blend(Tensor pictures) => (pictures * Share).add_(pictures[Indices()], alpha: 1 - Share);

    /// <summary>The partners' labels.</summary>
    public Tensor Others(Tensor labels) => labels[Indices()];

    private Tensor Indices() => tensor(Array.ConvertAll(Partners, i => (long)i));

    // Joehnk 1964: U^(1/a) / (U^(1/a) + V^(1/a)) given that the sum is at most 1. Quick for alpha up to 1 and right for all.
    private static double Beta(double alpha, NumpyRandom random)
    {
        while (true)
        {
            var (x, y) = (Math.Pow(random.Uniform(), 1 / alpha), Math.Pow(random.Uniform(), 1 / alpha));
            if (x + y is > 0 and <= 1)
            {
                return x / (x + y);
            }
        }
    }
}
