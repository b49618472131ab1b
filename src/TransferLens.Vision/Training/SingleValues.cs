using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// Batch normalization that gets a single value per channel: of a batch of one image, on a map of one pixel. It
/// normalizes each value to 0 and has no variance, so that a network with it cannot be trained.
/// </summary>
internal static class SingleValues
{
    private const string Variance = ".running_var";

    /// <summary>Refuses such training.</summary>
    /// <param name="declared">The network.</param>
    /// <param name="size">Side of its images in pixels.</param>
    /// <param name="batch">Images in a batch.</param>
    /// <param name="training">What is trained.</param>
    /// <param name="section">The study's section, for the message.</param>
    /// <exception cref="InputException">A batch gives batch normalization a single value per channel.</exception>
    public static void Check(
        NetworkArchitecture declared,
        int size,
        int batch,
        TrainingSettings training,
        string section
    )
    {
        if (batch > 1 || Find(declared, size, training) is not { } layer)
        {
            return;
        }

        throw new InputException(
            $"{section}: batches of one image give the batch normalization {layer} of {declared.Name} a single "
                + "value per "
                + $"channel, since images of {size} x {size} pixels become maps of 1 x 1 there, so it cannot be "
                + "trained. "
                + "Set batch_size to at least 2, or use larger images."
        );
    }

    /// <summary>The first such layer for a batch of one image; null for none.</summary>
    /// <param name="declared">The network.</param>
    /// <param name="size">Side of its images in pixels.</param>
    /// <param name="training">What is trained.</param>
    public static string? Find(NetworkArchitecture declared, int size, TrainingSettings training)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        using var network = declared.Create(2, seed: 0, CPU);
        using var frozen = new FrozenParts(network, training);
        frozen.Train();
        network.forward(ones(1, 3, size, size, device: CPU));
        // The variance of one value is 0 / 0.
        return network
            .Root.named_buffers()
            .Where(entry => entry.name.EndsWith(Variance, StringComparison.Ordinal))
            .Where(entry => !entry.buffer.isfinite().all().item<bool>())
            .Select(entry => entry.name[..^Variance.Length])
            .FirstOrDefault();
    }
}
