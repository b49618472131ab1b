using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Similarity of features: linear CKA between module outputs on the same images in the same order, each flattened to
/// (n, C*H*W): CKA(X, Y) = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), K = X X^T, L = Y Y^T, centred. A module's output
/// is what the next module receives; the head's output is the logits. Range: biased 0 to 1; debiased about 0
/// (unrelated; small negative values occur and are kept) to 1. Rotating or uniformly scaling the features of either
/// network does not change it. Sources: Kornblith et al. 2019 (biased); Song et al. 2012 (unbiased HSIC, diagonals set
/// to zero); Nguyen, Raghu, Kornblith 2021 (minibatches).
/// </summary>
/// <remarks>
/// The biased estimator is far too high when features outnumber images: 0.97 for independent Gaussians at n = 32 and
/// 1,024 features. A few directions of large variance can dominate CKA, and it tells nothing about the weights.
/// Standard errors are from the jackknife over images, which leaves each image out once (in the minibatch form: out of
/// its minibatch). They tell how much CKA would change with other images and the same networks.
/// <para>
/// Features are paired by construction: each batch of one image set goes through every network, so networks cannot see
/// different images or orders. In the exact form, reordering the images changes nothing but rounding; in the minibatch
/// form it changes which images share a minibatch. Features of other origin are joined by the digests of their images:
/// see <see cref="ImageFeatures"/>.
/// </para>
/// </remarks>
public static class SimilarityMeasurement
{
    /// <summary>Fewest images for which the debiased estimator is defined.</summary>
    internal const int FewestImages = 4;

    /// <summary>
    /// Measures CKA between all modules of all networks, in one pass over the images if memory allows.
    /// </summary>
    /// <param name="networks">
    /// One or more; they may differ in depth and classes. They are set to evaluation mode, and back afterwards. In the
    /// minibatch form their modules are called on several threads at once, unless the process has one thread or they
    /// are on a GPU.
    /// </param>
    /// <param name="images">The images; labels are not used.</param>
    /// <param name="settings">Normalization, batch size, precision, tokens, pooling, memory and form.</param>
    /// <param name="which">Indices of the images to use, at least 4; null for all.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels between forward passes.</param>
    /// <exception cref="InputException">
    /// There are fewer than 4 images, a setting is out of range, some of the tokens were requested of a module that
    /// does not declare them, or the exact form was requested and does not fit into memory.
    /// </exception>
    public static SimilarityResult Measure(
        IReadOnlyList<Network> networks,
        ImageSet images,
        SimilaritySettings settings,
        IReadOnlyList<int>? which = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => Measure(networks, images, settings, which, PartialResults.None, progress, cancellationToken);

    /// <summary>The same in a task, which keeps products and sums.</summary>
    internal static SimilarityResult Measure(
        IReadOnlyList<Network> networks,
        ImageSet images,
        SimilaritySettings settings,
        IReadOnlyList<int>? which,
        PartialResults parts,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var indices = which ?? [.. Enumerable.Range(0, images.Count)];
        Check(indices.Count, settings);
        var wasTraining = networks.Select(network => network.Root.training).ToList();
        try
        {
            using var frozen = no_grad();
            foreach (var network in networks)
            {
                network.Root.train(false);
            }

            return Compute(networks, images, settings, indices, parts, progress, cancellationToken);
        }
        finally
        {
            foreach (var (network, training) in networks.Zip(wasTraining))
            {
                network.Root.train(training);
            }
        }
    }

    private static SimilarityResult Compute(
        IReadOnlyList<Network> networks,
        ImageSet images,
        SimilaritySettings settings,
        IReadOnlyList<int> indices,
        PartialResults kept,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var sizes = Sizes(networks, images, settings, indices[0]);
        var exact = settings.Form == SimilarityForm.Minibatch ? null : ExactForm.Fit(indices.Count, sizes, settings);
        if (exact is null && settings.Form == SimilarityForm.Exact)
        {
            throw new InputException(
                $"The exact form over {indices.Count} images does not fit into {settings.Memory} MiB; "
                    + "allow more memory, use fewer images, or choose the minibatch form."
            );
        }

        int[][] parts = exact is null
            ?
            [
                .. MinibatchForm
                    .Parts(indices.Count, settings.BatchSize)
                    .Select(part => Array.ConvertAll(part, i => indices[i])),
            ]
            : Split(indices, exact.Parts);
        using var reader = new PartReader(images, DevicePath.DeviceOf(networks[0].Root), parts, settings.Normalize);
        var (steps, done) = (exact?.Steps * networks.Count ?? parts.Length, 0);
        var hsic = exact is null
            ? MinibatchForm.Measure(
                networks,
                settings is { Pool: false, Tokens: SimilarityTokens.Both }
                    ? sizes
                    : Sizes(networks, images, Whole(settings), indices[0]),
                parts.Length,
                Batch,
                settings,
                kept,
                Done
            )
            : exact.Measure(networks, sizes, Batch, settings, kept, Done);
        return new(
            [.. networks.Select(network => network.Modules.Select(module => module.Name).ToImmutableArray())],
            indices.Count,
            exact is null ? SimilarityForm.Minibatch : SimilarityForm.Exact,
            settings.Pool,
            hsic.Debiased(),
            exact is null ? null : hsic.Biased(),
            hsic.DebiasedErrors(),
            exact is null ? null : hsic.BiasedErrors()
        )
        {
            Tokens = settings.Tokens,
        };

        ImageBatch Batch(int part)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return reader.Read(part);
        }

        void Done()
        {
            done++;
            progress?.Report(
                new(done / (double)steps, $"{done} of {steps} {(exact is null ? "minibatches" : "forward passes")}")
            );
        }
    }

    // Outputs occupy their memory before anything is taken from them.
    private static SimilaritySettings Whole(SimilaritySettings settings) =>
        settings with
        {
            Pool = false,
            Tokens = SimilarityTokens.Both,
        };

    private static List<long[]> Sizes(
        IReadOnlyList<Network> networks,
        ImageSet images,
        SimilaritySettings settings,
        int image
    )
    {
        using var one = images.Batches(1, settings.Normalize, [image]).Single();
        return [.. networks.Select(network => ModuleOutputs.Sizes(network, one.Images, settings))];
    }

    private static int[][] Split(IReadOnlyList<int> indices, int[] sizes)
    {
        var first = 0;
        return [.. sizes.Select(size => indices.Skip((first += size) - size).Take(size).ToArray())];
    }

    private static void Check(int count, SimilaritySettings settings)
    {
        if (count < FewestImages)
        {
            throw new InputException(
                $"The debiased estimator of feature similarity needs at least {FewestImages} images, but there are "
                    + $"{count}."
            );
        }

        if (settings.BatchSize < 1 || settings.Memory < 1)
        {
            throw new InputException(
                $"The batch size is {settings.BatchSize} and the memory {settings.Memory} MiB; both must be at least 1."
            );
        }
    }
}
