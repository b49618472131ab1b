using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>How a network is evaluated.</summary>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="BatchSize">Images a forward pass.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="Loss">Which loss is measured; null for what the images ask for: cross-entropy, or binary cross-entropy where they may show several labels, which always have it.</param>
/// <param name="Shuffle">Permutes the blocks of the images after normalization; null for none.</param>
public sealed record EvaluationSettings(
    Normalization Normalize,
    int BatchSize,
    Precision Precision,
    Loss? Loss = null,
    BlockShuffle? Shuffle = null
);

/// <summary>What a network does on a set of images.</summary>
/// <param name="Score">By the images' <see cref="Metric"/>, in [0, 1]. Accuracy: the share of images whose largest logit is their label's; a
/// image with a logit that is not finite counts as wrong. <see cref="MeanAuc"/> where images may show several labels.</param>
/// <param name="Loss">Mean loss in nats: cross-entropy, or binary cross-entropy averaged over labels, unless asked otherwise.</param>
/// <param name="Examples">Number of images.</param>
/// <param name="Logits">Examples x Classes, row by row, in the set's order.</param>
/// <param name="Classes">Number of classes.</param>
public sealed record EvaluationResult(double Score, double Loss, int Examples, float[] Logits, int Classes);

/// <summary>Evaluates a classifier on labelled images.</summary>
public static class Evaluator
{
    /// <summary>Score, loss and logits of a network in evaluation mode; its mode is put back afterwards.</summary>
    /// <param name="network">The network; its weights stay as they are.</param>
    /// <param name="images">Labelled images; labels below the network's classes.</param>
    /// <param name="settings">How.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop between batches.</param>
    /// <exception cref="InputException">A label is not among the network's classes; images may show several labels and these are not the network's, or none of them has an AUC.</exception>
    public static EvaluationResult Evaluate(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var wasTraining = network.Root.training;
        network.Root.train(false);
        try
        {
            using var frozen = no_grad();
            var (logits, classes) = (new List<float[]>(), 0);
            foreach (var batch in images.Batches(settings.BatchSize, settings.Normalize, shuffle: settings.Shuffle))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                using var owned = batch;
                var output = network.forward(
                    settings.Precision == Precision.Bfloat16 ? batch.Images.to(ScalarType.BFloat16) : batch.Images
                );
                classes = (int)output.shape[1];
                CheckLabels(images, batch.Indices, classes);
                logits.Add(output.data<float>().ToArray());
                progress?.Report(
                    new((batch.Indices[^1] + 1.0) / images.Count, $"{batch.Indices[^1] + 1} of {images.Count} images")
                );
            }

            return Of([.. logits.SelectMany(l => l)], classes, images, settings.BatchSize, settings.Loss);
        }
        finally
        {
            network.Root.train(wasTraining);
        }
    }

    /// <summary>Score and loss of logits that were computed before.</summary>
    /// <param name="logits">Images x classes, row by row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="images">The images; their labels below <paramref name="classes"/>.</param>
    /// <param name="batchSize">Images whose losses are summed at a time.</param>
    /// <param name="wanted">Which loss; null for what the images ask for.</param>
    internal static EvaluationResult Of(float[] logits, int classes, ImageSet images, int batchSize, Loss? wanted)
    {
        var (loss, right) = (0.0, 0L);
        for (var first = 0; first < images.Count; first += batchSize)
        {
            using var scope = NewDisposeScope();
            var indices = Enumerable.Range(first, Math.Min(batchSize, images.Count - first)).ToArray();
            using var labels = images.Labels.ToTensor(indices);
            var output = ToTensor(logits.AsSpan(first * classes, indices.Length * classes), classes);
            loss += Losses.Sum(wanted, output.to(ScalarType.Float64), labels).item<double>();
            right += images.Labels.IsMultiLabel
                ? 0
                : output.argmax(1).eq(labels).logical_and(output.isfinite().all(1)).sum().item<long>();
        }

        return new(
            images.Labels.IsMultiLabel ? MeanAuc.Of(logits, images.Labels).Value : right / (double)images.Count,
            loss / images.Count,
            images.Count,
            logits,
            classes
        );
    }

    /// <summary>Logits, row by row, as a tensor (images, classes); the caller's to dispose.</summary>
    internal static Tensor ToTensor(ReadOnlySpan<float> logits, int classes)
    {
        var made = empty([logits.Length / classes, classes]);
        MemoryMarshal.AsBytes(logits).CopyTo(made.bytes);
        return made;
    }

    /// <summary>The loss that labels ask for, summed over a batch, in nats.</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64, one class each; or (n, classes), 0 or 1.</param>
    public static double LossOf(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return Losses.Sum(null, logits.to(ScalarType.Float64), labels).item<double>();
    }

    /// <summary>Sees whether labels of images are among those that a network knows.</summary>
    /// <param name="images">The images.</param>
    /// <param name="indices">Which of them.</param>
    /// <param name="classes">Outputs of the network.</param>
    /// <exception cref="InputException">They are not.</exception>
    public static void CheckLabels(ImageSet images, IReadOnlyList<int> indices, int classes)
    {
        if (images.Labels.IsMultiLabel)
        {
            if (images.Classes.Length != classes)
            {
                throw new InputException(
                    $"The images have {images.Classes.Length} labels ({string.Join(", ", images.Classes)}), but the network knows {classes}; use weights trained on these labels."
                );
            }
        }
        else if (indices.FirstOrDefault(i => images.Labels.Single[i] >= classes, -1) is >= 0 and var outside)
        {
            throw new InputException(
                $"The image '{images.Names[outside]}' has class {images.Labels.Single[outside]} ({images.Classes[images.Labels.Single[outside]]}), but the network knows {classes} classes; use weights trained on these classes."
            );
        }
    }
}
