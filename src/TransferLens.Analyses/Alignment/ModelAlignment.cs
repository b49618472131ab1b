using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// Permutes the hidden channels of a model so that it comes as near as can be found to another one, without changing
/// what it computes. Two models from different random weights may be one up to such a permutation (Entezari et al.
/// 2022; Ainsworth et al. 2023).
/// </summary>
/// <remarks>
/// The search finds a local optimum: models that stay apart may still be one up to a permutation that was not found.
/// </remarks>
public static class ModelAlignment
{
    // Of the largest logit. Sums in another order differ by rounding.
    private const double Tolerance = 1e-4;
    private const int RandomImages = 8;

    /// <summary>Permutes the second model.</summary>
    /// <param name="network">A network of their kind; its weights are restored afterwards.</param>
    /// <param name="first">The model that stays.</param>
    /// <param name="second">The model to permute; the receiver gets a new one.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="method">How channels are matched, not <see cref="AlignmentMethod.None"/>.</param>
    /// <param name="images">Training images, for <see cref="AlignmentMethod.Activations"/>.</param>
    /// <param name="settings">
    /// Normalization of <paramref name="images"/>, and the partial results of a task; null where neither is needed.
    /// </param>
    /// <param name="seed">Seed of the orders that weight matching tries.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="InputException">The network is defined in code and has no graph, or the models differ in the
    /// shape of a tensor.</exception>
    /// <exception cref="InvalidOperationException">The permuted model does not compute the same: its groups are
    /// wrong.</exception>
    public static AlignedModel Align(
        Network network,
        StateDict first,
        StateDict second,
        int size,
        AlignmentMethod method = AlignmentMethod.Weights,
        ImageSet? images = null,
        EvaluationSettings? settings = null,
        int seed = 0,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        CheckShapes(first, second);
        using var restored = StateDict.Of(network);
        try
        {
            var groups = PermutationGroups.Find(network, size);
            var sources = Match(groups);
            var aligned = Permuted(groups, second, sources);
            try
            {
                var channels = groups.Groups.SelectMany(group => group.Channels).ToList();
                return new(
                    aligned,
                    DistanceMeasurement.Measure(network, first, second).Total,
                    DistanceMeasurement.Measure(network, first, aligned).Total,
                    LogitChange(network, second, aligned, size),
                    channels.Count(channel => sources[channel] != channel),
                    channels.Count
                );
            }
            catch
            {
                aligned.Dispose();
                throw;
            }
        }
        finally
        {
            restored.CopyTo(network);
        }

        long[] Match(PermutationGroups groups) =>
            method switch
            {
                AlignmentMethod.Weights => WeightMatching
                    .Match(
                        groups,
                        first,
                        second,
                        Parameters(network),
                        seed: seed,
                        parts: settings?.PartialResults.Section("weights"),
                        progress: Started,
                        cancellationToken: cancellationToken
                    )
                    .Sources,
                AlignmentMethod.Activations => ActivationMatching.Match(
                    network,
                    groups,
                    first,
                    second,
                    images ?? throw new ArgumentNullException(nameof(images)),
                    settings ?? throw new ArgumentNullException(nameof(settings)),
                    share => progress?.Report(new(share, "matching activations")),
                    cancellationToken
                ),
                _ => throw new ArgumentOutOfRangeException(nameof(method)),
            };

        void Started(int done) =>
            progress?.Report(
                new(done / (double)WeightMatching.DefaultStarts, $"start {done} of {WeightMatching.DefaultStarts}")
            );
    }

    private static void CheckShapes(StateDict first, StateDict second)
    {
        if (first.FirstOrDefault(entry => !HasShape(second, entry.Key, entry.Value)) is { Key: { } name })
        {
            throw new InputException(
                $"The tensor '{name}' does not have the same shape in both models, so they cannot be aligned. "
                    + "Align models of one network with the same classes: heads take part in the matching."
            );
        }

        static bool HasShape(StateDict model, string name, Tensor tensor) =>
            model.TryGetValue(name, out var other) && other.shape.AsSpan().SequenceEqual(tensor.shape);
    }

    private static HashSet<string> Parameters(Network network) =>
        network.named_parameters().Select(parameter => parameter.name).ToHashSet(StringComparer.Ordinal);

    private static StateDict Permuted(PermutationGroups groups, StateDict model, long[] sources)
    {
        using var scope = NewDisposeScope();
        var permuted = groups.Permute(model, sources);
        return new(
            model.Select(entry =>
                KeyValuePair.Create(entry.Key, permuted.TryGetValue(entry.Key, out var own) ? own : entry.Value.clone())
            )
        );
    }

    private static double LogitChange(Network network, StateDict before, StateDict after, int size)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var modes = new ModuleModes(network.Root);
        using var generator = new Generator(0);
        network.eval();
        var images = randn([RandomImages, 3, size, size], generator: generator);
        before.CopyTo(network);
        var expected = network.forward(images);
        after.CopyTo(network);
        var change = (network.forward(images) - expected).abs().max().item<float>();
        return change <= Tolerance * Math.Max(1, expected.abs().max().item<float>())
            ? change
            : throw new InvalidOperationException(
                $"Permuting channels of {network.Name} changed a logit by {change:g2}, so it was not done. "
                    + "Please report the network."
            );
    }
}
