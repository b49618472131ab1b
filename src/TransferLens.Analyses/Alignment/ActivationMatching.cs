using TorchSharp;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Structure;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// Activation matching: for each group the permutation of B's channels that maximizes the sum of correlations with A's
/// channels, over images and positions, in the values that layers receive. Groups with channels that no layer
/// receives, such as queries and keys, are matched by their weights afterwards. Source: Li et al. 2015; Ainsworth et
/// al. 2023, section 3.1.
/// </summary>
internal static class ActivationMatching
{
    /// <summary>Images that the correlations are computed on unless another number is given.</summary>
    public const int DefaultImages = 1000;

    private const int Batch = 64;

    /// <summary>Matches B to A.</summary>
    /// <param name="network">A network of their kind; its weights are changed.</param>
    /// <param name="groups">Its groups.</param>
    /// <param name="first">A.</param>
    /// <param name="second">B.</param>
    /// <param name="images">Training images; the first <see cref="DefaultImages"/> of a fixed shuffle are used.</param>
    /// <param name="settings">Normalization of the images.</param>
    /// <param name="progress">Receives the share of the images that is done, or null.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>For each label the one whose elements replace its own.</returns>
    public static long[] Match(
        Network network,
        PermutationGroups groups,
        StateDict first,
        StateDict second,
        ImageSet images,
        EvaluationSettings settings,
        Action<double>? progress,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var correlations = groups.Groups.Select(group => new GroupCorrelations(group, groups)).ToList();
        try
        {
            var sources = groups.Identity();
            Collect(network, first, second, images, settings, correlations, progress, cancellationToken);
            foreach (var (channel, source) in correlations.Where(group => group.IsComplete).SelectMany(Moves))
            {
                sources[channel] = source;
            }

            var left = correlations.Where(group => !group.IsComplete).Select(group => group.Group).ToList();
            var parameters = network.named_parameters().Select(parameter => parameter.name).ToHashSet();
            WeightMatching.Complete(
                groups,
                first,
                second,
                parameters,
                sources,
                left,
                settings.PartialResults.Section("weights"),
                cancellationToken
            );
            return sources;
        }
        finally
        {
            correlations.ForEach(group => group.Dispose());
        }
    }

    private static void Collect(
        Network network,
        StateDict first,
        StateDict second,
        ImageSet images,
        EvaluationSettings settings,
        List<GroupCorrelations> correlations,
        Action<double>? progress,
        CancellationToken cancellationToken
    )
    {
        var names = correlations.SelectMany(group => group.Values).ToHashSet(StringComparer.Ordinal);
        var (one, other) = (Graph(network, first, images.Height), Graph(network, second, images.Height));
        var chosen = new NumpyRandom(0).Permutation(images.Count)[..Math.Min(DefaultImages, images.Count)];
        const string Sums = "sums";
        var parts = settings.PartialResults.Section("activations");
        IEnumerable<Tensor> sums = correlations.SelectMany(group => group.Sums);
        var batches = parts.Restore(Sums, sums);
        var done = Math.Min(chosen.Length, batches * Batch);
        var device = DevicePath.DeviceOf(network.Root);
        foreach (
            var batch in images.BatchesOn(device, Batch, settings.Normalize, chosen[done..], shuffle: settings.Shuffle)
        )
        {
            using var own = batch;
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var (a, b) = (Values(one, batch.Images, names, step), Values(other, batch.Images, names, step));
            correlations.ForEach(group => group.Add(a, b));
            done += (int)batch.Images.shape[0];
            parts.KeepWhenDue(Sums, ++batches, sums);
            progress?.Invoke(done / (double)chosen.Length);
        }
    }

    private static List<(long Channel, long Source)> Moves(GroupCorrelations group) => group.Scores().Best().Moves;

    private static (OnnxEvaluator Evaluator, Dictionary<string, Tensor> Stored, bool IsChannelsLast) Graph(
        Network network,
        StateDict weights,
        int size
    )
    {
        weights.CopyTo(network);
        var model = NetworkGraph.Of(network, new(null, size));
        var device = network.parameters().First().device;
        var stored = model.Graph.Initializers.ToDictionary(
            tensor => tensor.Name,
            tensor => tensor.ToTensor().to(device)
        );
        return (
            OnnxEvaluator.Create(model.Graph, network.Name),
            stored,
            OnnxClassifier.Of(model, network.Name).Axes.IsChannelsLast
        );
    }

    private static Dictionary<string, Tensor> Values(
        (OnnxEvaluator Evaluator, Dictionary<string, Tensor> Stored, bool IsChannelsLast) graph,
        Tensor images,
        HashSet<string> names,
        DisposeScope kept
    )
    {
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var pixels = graph.Stored.Count > 0 ? images.to(graph.Stored.Values.First().device) : images.alias();
        var given = graph.IsChannelsLast ? pixels.permute(0, 2, 3, 1) : pixels;
        graph.Evaluator.Compute(name => graph.Stored.GetValueOrDefault(name, given), new(), Observe);
        return values;

        void Observe(string name, Tensor value)
        {
            if (names.Contains(name))
            {
                values[name] = value.alias().MoveToOtherDisposeScope(kept);
            }
        }
    }
}
