using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// The features of a network's modules on images, the head left out. A module's features are its output in evaluation
/// mode, averaged over positions: each channel of a map over height and width; of tokens the class token, or the mean
/// of the patches where there is none. They are float32 and not standardized.
/// </summary>
internal static class ModuleFeatures
{
    /// <summary>
    /// Computes the features of all modules in one forward pass over the images. The network's mode is restored.
    /// </summary>
    /// <param name="network">The network; its weights do not change.</param>
    /// <param name="images">The images; labels are not used.</param>
    /// <param name="settings">Normalization, batch size, precision and shuffle.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the computation between batches.</param>
    /// <returns>One matrix for each module, in order of computation.</returns>
    public static ImmutableArray<FeatureMatrix> Extract(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var modules = network.Modules.RemoveAt(network.Modules.Length - 1);
        var parts = settings.PartialResults.Section("features");
        var values = new float[modules.Length][];
        var batches = TakeKept(modules.Length, values, images.Count, settings.BatchSize, parts);
        int[] left = [.. Enumerable.Range(0, images.Count).Skip(batches * settings.BatchSize)];
        var wasTraining = network.Root.training;
        network.Root.train(false);
        try
        {
            using var frozen = no_grad();
            var device = DevicePath.DeviceOf(network.Root);
            foreach (
                var batch in images.BatchesOn(
                    device,
                    settings.BatchSize,
                    settings.Normalize,
                    left,
                    shuffle: settings.Shuffle
                )
            )
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                using var owned = batch;
                var (first, done) = (batch.Indices[0], batch.Indices[^1] + 1);
                var computed = Visit(network, modules, batch.Images, settings.Precision);
                long[] widths = [.. computed.Select(features => features.shape[1])];
                // One copy from a GPU for all modules.
                var all = cat(computed, 1).cpu().split(widths, 1);
                for (var module = 0; module < modules.Length; module++)
                {
                    var own = all[module].contiguous().data<float>().ToArray();
                    parts.Write<float>(NameOf(batches, module), own);
                    Take(own, values, module, first, batch.Indices.Length, images.Count);
                }

                batches++;
                progress?.Report(new(done / (double)images.Count, $"{done} of {images.Count} images"));
            }
        }
        finally
        {
            network.Root.train(wasTraining);
        }

        return
        [
            .. modules.Zip(values, (module, all) => new FeatureMatrix(module.Name, all.Length / images.Count, all)),
        ];
    }

    private static string NameOf(int batch, int module) => $"{batch} {module}";

    // Takes the features of the batches that an earlier run of the task has kept, and returns their number.
    private static int TakeKept(int modules, float[][] values, int images, int batchSize, PartialResults parts)
    {
        for (var batch = 0; ; batch++)
        {
            var first = batch * batchSize;
            float[]?[] kept =
            [
                .. Enumerable.Range(0, modules).Select(module => parts.Read<float>(NameOf(batch, module))),
            ];
            if (first >= images || kept.Contains(null))
            {
                return batch;
            }

            for (var module = 0; module < modules; module++)
            {
                Take(kept[module]!, values, module, first, Math.Min(batchSize, images - first), images);
            }
        }
    }

    private static void Take(float[] features, float[][] values, int module, int first, int count, int images)
    {
        var width = features.Length / count;
        values[module] ??= new float[images * width];
        features.CopyTo(values[module], first * width);
    }

    // The features of each module, (n, features), on the network's device, in the caller's dispose scope.
    private static List<Tensor> Visit(
        Network network,
        ImmutableArray<NetworkModule> modules,
        Tensor images,
        Precision precision
    )
    {
        using var scope = NewDisposeScope();
        var features = new List<Tensor>();
        var value = network.ToDevice(precision == Precision.Bfloat16 ? images.to(ScalarType.BFloat16) : images);
        for (var module = 0; module < modules.Length; module++)
        {
            using var step = NewDisposeScope();
            var next = modules[module].Forward(value).MoveToOuterDisposeScope();
            value.Dispose();
            value = next;
            var pooled = Pooled(next.to(ScalarType.Float32), modules[module].Tokens).flatten(1);
            // A copy, so that no operation in place can change it.
            features.Add(pooled.clone().MoveToOuterDisposeScope());
        }

        return features.ConvertAll(pooled => pooled.MoveToOuterDisposeScope());
    }

    // A map (n, height, width, channels) has equal sides in front; networks take square images.
    private static Tensor Pooled(Tensor output, TokenSequence? tokens) =>
        output.dim() switch
        {
            4 when HasChannelsLast(output.shape) => output.mean([1, 2]),
            4 => output.mean([2, 3]),
            3 when tokens is { HasClassToken: true } => output.select(1, 0),
            3 => output.narrow(1, tokens?.Prefix ?? 0, output.shape[1] - (tokens?.Prefix ?? 0)).mean([1]),
            _ => output,
        };

    private static bool HasChannelsLast(long[] shape) => shape[1] == shape[2] && shape[2] != shape[3];
}
