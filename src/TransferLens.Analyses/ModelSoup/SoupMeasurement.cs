using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// The model soup of several solutions of one network: theta = (theta_1 + ... + theta_n) / n, one network that costs as
/// much as any of them. Measured as accuracy, or mean AUC where images may show several labels, in [0, 1], and its gain over the mean and over the best of its members, beside
/// the ensemble of the same members, whose softmax outputs, or probabilities of each label, are averaged and which costs n forward passes.
/// Source: Wortsman et al. 2022, Model soups (the uniform soup); recalibration: Izmailov et al. 2018, section 3.2.
/// </summary>
/// <remarks>
/// Heads have different random initial values and are averaged like everything else. Running statistics of batch
/// normalization that are averaged fit no activation of the soup, so they are recomputed on training images; the raw
/// numbers are kept beside it. All intervals are over test images, the same resamples for all models; none says how a
/// soup of other seeds would do. The best member is the best on the images that it is measured on: it flatters.
/// </remarks>
public static class SoupMeasurement
{
    /// <summary>The uniform average of solutions, computed in 64 bits; integer tensors are the first's. The average of equal solutions is that solution, bit for bit.</summary>
    /// <param name="members">At least one; all with the same names and shapes.</param>
    /// <returns>The average, the caller's own.</returns>
    /// <exception cref="InputException">There is none, or a tensor is not in all with the same shape; it is named.</exception>
    public static StateDict Average(IReadOnlyList<StateDict> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
        {
            throw new InputException("There are no weights to average; give those of two trainings at least.");
        }

        if (
            members
                .SelectMany(member => member.Keys)
                .FirstOrDefault(name =>
                    members.Any(member =>
                        !member.TryGetValue(name, out var tensor) || !tensor.shape.SequenceEqual(members[0][name].shape)
                    )
                ) is
            { } odd
        )
        {
            throw new InputException(
                $"The tensor '{odd}' is not in all weights with the same shape; only weights of one network with the same classes can be averaged."
            );
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return new(
            members[0]
                .Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        entry.Value.is_floating_point()
                            ? Mean([.. members.Select(member => member[entry.Key])])
                            : entry.Value.clone()
                    )
                )
                .ToList()
        );
    }

    /// <summary>The same of live networks, which stay as they are.</summary>
    /// <param name="members">At least one; all of one architecture.</param>
    /// <exception cref="InputException">As above.</exception>
    public static StateDict Average(IReadOnlyList<Network> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var solutions = members.Select(member => StateDict.Of(member)).ToList();
        try
        {
            return Average(solutions);
        }
        finally
        {
            solutions.ForEach(solution => solution.Dispose());
        }
    }

    /// <summary>Averages live networks, recalibrates the average, and measures it beside them and their ensemble. The networks stay as they are.</summary>
    /// <param name="members">At least two; all of one architecture.</param>
    /// <param name="images">What performance is measured on; labels below the networks' classes.</param>
    /// <param name="settings">How.</param>
    /// <param name="recalibrateOn">Training images to recompute batch normalization's statistics from; null for the raw average, and of no meaning to networks without batch normalization.</param>
    /// <param name="recalibrationImages">At most so many of them; null for all.</param>
    /// <param name="recalibrationBatch">Images of a batch of the recalibration, at most.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <param name="cancellationToken">Asks to stop.</param>
    /// <returns>The numbers and the soup's weights, recalibrated where they were; the caller disposes the weights.</returns>
    /// <exception cref="InputException">There are fewer than two, or they do not have the same tensors.</exception>
    public static (SoupResult Result, StateDict Weights) Measure(
        IReadOnlyList<Network> members,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        uint seed = 0,
        CancellationToken cancellationToken = default
    )
    {
        using var average = Average(members);
        var evaluations = members
            .Select(member => Evaluator.Evaluate(member, images, settings, null, cancellationToken))
            .ToList();
        return Measure(
            members[0],
            average,
            evaluations,
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            recalibrationBatch,
            seed,
            cancellationToken
        );
    }

    /// <summary>The same where the members were evaluated before; the network lends its layers and has its own weights back afterwards.</summary>
    internal static (SoupResult Result, StateDict Weights) Measure(
        Network network,
        StateDict average,
        IReadOnlyList<EvaluationResult> members,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        int? recalibrationImages,
        int recalibrationBatch,
        uint seed,
        CancellationToken cancellationToken
    )
    {
        using var raw = new MixtureEvaluator(
            network,
            [average],
            images,
            settings,
            null,
            null,
            recalibrationBatch,
            cancellationToken
        );
        var asAveraged = raw.At([1]);
        if (recalibrateOn is null || !Recalibration.Applies(network))
        {
            return (SoupComparison.Of(members, asAveraged, null, images.Labels, seed), average.Clone());
        }

        using var again = new MixtureEvaluator(
            network,
            [average],
            images,
            settings,
            recalibrateOn,
            recalibrationImages,
            recalibrationBatch,
            cancellationToken
        );
        var result = SoupComparison.Of(members, asAveraged, again.At([1]), images.Labels, seed);
        return (result, StateDict.Of(network));
    }

    // mean += (x - mean) / k leaves a mean of equal values alone.
    private static Tensor Mean(IReadOnlyList<Tensor> values)
    {
        var mean = values[0].to(ScalarType.Float64, copy: true);
        for (var k = 1; k < values.Count; k++)
        {
            mean.add_(values[k].to(ScalarType.Float64).sub(mean).div_(k + 1));
        }

        return mean.to(values[0].dtype);
    }
}
