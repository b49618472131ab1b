using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// Mixup (Zhang et al. 2018): each image of a batch is blended with another one, and the loss blends the losses on
/// both labels. The weight is drawn once per batch from Beta(alpha, alpha).
/// </summary>
/// <param name="Share">Weight of an image itself and of its label, in [0, 1].</param>
/// <param name="Partners">For each image, the index of the one it is blended with.</param>
internal sealed record Mixup(double Share, int[] Partners)
{
    /// <summary>Draws weight and partners for a batch.</summary>
    public static Mixup Draw(double alpha, int count, NumpyRandom random) =>
        new(Beta(alpha, random), random.Permutation(count));

    /// <summary>The blended images.</summary>
    public Tensor Blend(Tensor images) => (images * Share).add_(images[Indices(images.device)], alpha: 1 - Share);

    /// <summary>The partners' labels.</summary>
    public Tensor Others(Tensor labels) => labels[Indices(labels.device)];

    private Tensor Indices(Device device) =>
        DevicePath.Upload(tensor(Array.ConvertAll(Partners, i => (long)i)), device);

    private static double Beta(double alpha, NumpyRandom random)
    {
        var (x, y) = (Gamma(alpha, random), Gamma(alpha, random));
        // Both underflow for a tiny alpha, for which Beta is nearly a coin toss.
        return x + y > 0 ? x / (x + y) : random.Below(2);
    }

    // Marsaglia and Tsang 2000; for shapes below 1, Gamma(a) = Gamma(a + 1) U^(1/a).
    private static double Gamma(double shape, NumpyRandom random)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1, random) * Math.Pow(random.Uniform(), 1 / shape);
        }

        var d = shape - (1 / 3.0);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var normal = Normal(random);
            var v = 1 + (c * normal);
            v *= v * v;
            if (v > 0 && Math.Log(1 - random.Uniform()) < (0.5 * normal * normal) + (d * (1 - v + Math.Log(v))))
            {
                return d * v;
            }
        }
    }

    // Box and Muller 1958.
    private static double Normal(NumpyRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
}
