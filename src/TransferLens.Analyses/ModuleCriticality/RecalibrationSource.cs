using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The images that running statistics of batch normalization are recomputed on.</summary>
/// <param name="Images">Training images.</param>
/// <param name="Most">Use at most this many; null for all.</param>
/// <param name="LargestBatch">Largest number of images in a batch.</param>
internal sealed record RecalibrationSource(
    ImageSet Images,
    int? Most = null,
    int LargestBatch = Recalibration.DefaultBatch
)
{
    /// <summary>Indices of the images of each batch.</summary>
    /// <exception cref="InputException">There are fewer than two images.</exception>
    public IEnumerable<int[]> Batches()
    {
        Recalibration.CheckCount(Images);
        return Recalibration.Batches(Images.Count, Math.Min(Most ?? int.MaxValue, Images.Count), LargestBatch);
    }

    /// <summary>Recomputes the running statistics of a network for the weights that it has now.</summary>
    public void Recalibrate(Network network, EvaluationSettings settings, CancellationToken cancellationToken) =>
        Recalibration.Run(network, Images, settings, Most, LargestBatch, cancellationToken);
}
