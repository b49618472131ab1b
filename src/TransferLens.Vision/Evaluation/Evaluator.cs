using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>Evaluates a classifier on labelled images.</summary>
public static class Evaluator
{
    /// <summary>Score, loss and logits of a network in evaluation mode; its mode is restored afterwards.</summary>
    /// <remarks>
    /// On the CPU, batches are computed side by side, and those of large images are divided: the network is called on
    /// several threads at once. Calls take turns.
    /// </remarks>
    /// <param name="network">The network; its weights do not change.</param>
    /// <param name="images">
    /// Labelled images; every label must be less than the network's number of classes.
    /// </param>
    /// <param name="settings">Normalization, precision, metric and other settings.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the evaluation; checked between batches.</param>
    /// <exception cref="InputException">
    /// The network has no output for a label, or the metric does not fit the images or is undefined on them.
    /// </exception>
    public static EvaluationResult Evaluate(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        return Evaluate(() => network, images, settings, progress, cancellationToken);
    }

    /// <summary>The same for a network that is prepared only if a batch was not kept by an earlier run.</summary>
    /// <param name="prepare">Prepares the network; called at most once.</param>
    /// <param name="images">Labelled images.</param>
    /// <param name="settings">Normalization, precision, metric and other settings.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the evaluation; checked between batches.</param>
    internal static EvaluationResult Evaluate(
        Func<Network> prepare,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var size = BatchSizeOf(images, settings);
        var parts = settings.PartialResults.Section($"logits-{size}");
        var logits = new List<float[]>();
        while (Done(logits.Count) < images.Count && parts.Read<float>($"{logits.Count}") is { } kept)
        {
            logits.Add(kept);
        }

        if (Done(logits.Count) < images.Count)
        {
            var batches = Enumerable.Range(0, images.Count).Chunk(size).ToArray();
            AddLogits(prepare(), logits, batches, parts, images, settings, progress, cancellationToken);
        }

        var classes = logits[0].Length / Done(1);
        return Of([.. logits.SelectMany(l => l)], classes, images, settings);

        int Done(int batches) => (int)Math.Min(images.Count, (long)batches * size);
    }

    // The logits of the batches after those that are there.
    private static void AddLogits(
        Network network,
        List<float[]> logits,
        int[][] batches,
        PartialResults parts,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        // All batches are asked for, so that as many are computed at a time as without a kill.
        var (kept, taken) = (logits.ToArray(), 0);
        var (size, device) = (batches[0].Length, DevicePath.DeviceOf(network.Root));
        var wasTraining = network.Root.training;
        network.Root.train(false);
        try
        {
            if (DevicePath.IsUsed(device))
            {
                using var frozen = no_grad();
                // The whole batches of which all parts were kept. Of another, the parts that were kept stay.
                var parted = settings.BatchSize / size;
                taken = kept.Length / parted * parted;
                foreach (
                    var batch in images.BatchesOn(
                        device,
                        batches.Skip(taken).SelectMany(part => part).Chunk(parted * size),
                        settings.Normalize,
                        settings.Shuffle
                    )
                )
                {
                    var values = Logits(network, batch, images, settings);
                    var classes = values.Length / batch.Indices.Length;
                    Array.ForEach([.. values.Chunk(size * classes)], Take);
                }
            }
            else
            {
                ParallelBatches.Compute(batches.Length, AtOnce(images, size), Compute, Take);
            }
        }
        finally
        {
            network.Root.train(wasTraining);
        }

        float[] Compute(int i)
        {
            var (batch, normalize) = (batches[i], settings.Normalize);
            return i < kept.Length
                ? kept[i]
                : Logits(
                    network,
                    images.Batches(batch.Length, normalize, batch, shuffle: settings.Shuffle).Single(),
                    images,
                    settings
                );
        }

        void Take(float[] values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (taken++ < kept.Length)
            {
                return;
            }

            parts.Write<float>($"{logits.Count}", values);
            logits.Add(values);
            var done = Math.Min(images.Count, (long)logits.Count * size);
            progress?.Report(new((double)done / images.Count, $"{done} of {images.Count} images"));
        }
    }

    private static float[] Logits(Network network, ImageBatch batch, ImageSet images, EvaluationSettings settings)
    {
        using var scope = NewDisposeScope();
        using var owned = batch;
        var output = network.forward(
            settings.Precision == Precision.Bfloat16 ? batch.Images.to(ScalarType.BFloat16) : batch.Images
        );
        CheckLabels(images, batch.Indices, (int)output.shape[1]);
        return output.cpu().data<float>().ToArray();
    }

    // Equal parts of at most sixteen images of 224 pixels: with more, layers wait for memory; with fewer, their kernels
    // are slower.
    private static int BatchSizeOf(ImageSet images, EvaluationSettings settings)
    {
        const double most = 16 * 3 * 224 * 224;
        var parts = Math.Ceiling(settings.BatchSize * ValuesOf(images) / most);
        return Math.Max(1, (int)(settings.BatchSize / parts));
    }

    // Batches side by side, a thread each. The inputs of layers are many times as large as the images: where they would
    // take too much memory, threads share the operations of a batch. About half of this estimate is in memory at once.
    private static int AtOnce(ImageSet images, int batchSize)
    {
        const double layers = 60;
        const double memory = 4.0 * 1024 * 1024 * 1024;
        var batch = sizeof(float) * ValuesOf(images) * batchSize;
        return (int)Math.Clamp(memory / (layers * batch), 1, int.MaxValue);
    }

    private static double ValuesOf(ImageSet images) => (double)images.Channels * images.Height * images.Width;

    /// <summary>Score and loss of logits that have already been computed.</summary>
    /// <param name="logits">Images x classes, row by row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="images">The images; every label must be less than <paramref name="classes"/>.</param>
    /// <param name="settings">Metric and loss; losses are summed a batch at a time.</param>
    /// <exception cref="InputException">The metric does not fit the images, or is undefined on them.</exception>
    internal static EvaluationResult Of(float[] logits, int classes, ImageSet images, EvaluationSettings settings)
    {
        var loss = 0.0;
        for (var first = 0; first < images.Count; first += settings.BatchSize)
        {
            using var scope = NewDisposeScope();
            var indices = Enumerable.Range(first, Math.Min(settings.BatchSize, images.Count - first)).ToArray();
            using var labels = images.Labels.ToTensor(indices);
            var output = ToTensor(logits.AsSpan(first * classes, indices.Length * classes), classes);
            loss += Losses.Sum(settings.Loss, output.to(ScalarType.Float64), labels).item<double>();
        }

        settings.Metric?.CheckFits(images.Labels.IsMultiLabel, classes);
        var measured = new EvaluationResult(
            double.NaN,
            loss / images.Count,
            images.Count,
            logits,
            classes,
            settings.Metric
        );
        return measured with { Score = ImageScore.Of(measured, images.Labels).Value };
    }

    /// <summary>Logits, row by row, as a tensor (images, classes); the caller must dispose it.</summary>
    internal static Tensor ToTensor(ReadOnlySpan<float> logits, int classes)
    {
        var made = empty([logits.Length / classes, classes]);
        MemoryMarshal.AsBytes(logits).CopyTo(made.bytes);
        return made;
    }

    /// <summary>The default loss for this kind of label, summed over a batch, in nats.</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="labels">(n), int64, one class each; or (n, classes), 0 or 1.</param>
    public static double LossOf(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return Losses.Sum(null, logits.to(ScalarType.Float64), labels).item<double>();
    }

    /// <summary>Checks that the network has an output for each label.</summary>
    /// <param name="images">The images.</param>
    /// <param name="indices">Indices of the images to check.</param>
    /// <param name="classes">Number of outputs of the network.</param>
    /// <exception cref="InputException">A label has no output.</exception>
    public static void CheckLabels(ImageSet images, IReadOnlyList<int> indices, int classes)
    {
        if (images.Labels.IsMultiLabel)
        {
            CheckSameLabels(images, classes);
            return;
        }

        var outside = indices.FirstOrDefault(image => images.Labels.Single[image] >= classes, -1);
        if (outside >= 0)
        {
            var label = images.Labels.Single[outside];
            throw new InputException(
                $"The image '{images.Names[outside]}' has class index {label} ({images.Classes[label]}), but the "
                    + $"network has only {classes} outputs (0 to {classes - 1}); use weights trained on these classes."
            );
        }
    }

    private static void CheckSameLabels(ImageSet images, int classes)
    {
        if (images.Classes.Length != classes)
        {
            throw new InputException(
                $"The data set has {images.Classes.Length} labels ({string.Join(", ", images.Classes)}), but the "
                    + $"network has {classes} outputs; use weights trained on these labels."
            );
        }
    }
}
