using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// The model soup of several models of one network: theta = (theta_1 + ... + theta_n) / n, one network that costs as
/// much as any of them. Measured as accuracy, or mean AUC of multi-label images, in [0, 1], and as its gain over the
/// mean and over the best of its members; next to the ensemble of the same members, which averages their softmax
/// outputs, or probabilities of each label, and costs n forward passes. Source: Wortsman et al. 2022, Model soups (the
/// uniform soup); recalibration: Izmailov et al. 2018, section 3.2.
/// </summary>
/// <remarks>
/// Heads have different random initial values and are averaged like everything else. Averaged running statistics of
/// batch normalization fit no activation of the soup, so they are recomputed on training images; the raw numbers are
/// kept too. All intervals are over test images, with the same resamples for all models; none shows how a soup of other
/// seeds would perform. The best member is chosen on the images that it is measured on, so its score is optimistic.
/// </remarks>
public static class SoupMeasurement
{
    /// <summary>The seed of the bootstrap.</summary>
    public const uint DefaultSeed = 0;

    /// <summary>
    /// The uniform average of models, computed in 64 bits; integer tensors are those of the first. The average of equal
    /// models is that model, bit for bit.
    /// </summary>
    /// <param name="members">At least one; all with the same names and shapes.</param>
    /// <returns>The average; the caller disposes it.</returns>
    /// <exception cref="InputException">
    /// There is none, or a tensor is not in all with the same shape; the message names it.
    /// </exception>
    public static StateDict Average(IReadOnlyList<StateDict> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
        {
            throw new InputException("There are no weights to average. Give those of at least two models.");
        }

        if (members.SelectMany(member => member.Keys).FirstOrDefault(Differs) is { } different)
        {
            throw new InputException(
                $"The tensor '{different}' is not in all weights with the same shape. "
                    + "Only weights of one network with the same classes can be averaged."
            );
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var average = members[0].Select(entry => KeyValuePair.Create(entry.Key, Combine(entry.Key, entry.Value)));
        return new(average.ToList());

        bool Differs(string name) =>
            members.Any(member =>
                !member.TryGetValue(name, out var tensor) || !tensor.shape.SequenceEqual(members[0][name].shape)
            );

        Tensor Combine(string name, Tensor first) =>
            first.is_floating_point() ? Mean([.. members.Select(member => member[name])]) : first.clone();
    }

    /// <summary>The uniform average of live networks, which do not change.</summary>
    /// <param name="members">At least one; all of one architecture.</param>
    /// <returns>The average; the caller disposes it.</returns>
    /// <exception cref="InputException">
    /// There is none, or a tensor is not in all with the same shape; the message names it.
    /// </exception>
    public static StateDict Average(IReadOnlyList<Network> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var models = members.Select(member => StateDict.Of(member)).ToList();
        try
        {
            return Average(models);
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    /// <summary>
    /// Averages live networks, recalibrates the average, and measures it next to them and their ensemble. The networks
    /// do not change.
    /// </summary>
    /// <param name="members">At least two; all of one architecture.</param>
    /// <param name="images">The images that performance is measured on; labels below the networks' classes.</param>
    /// <param name="settings">How the networks are evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images to recompute batch normalization's statistics from; null for the raw average. Ignored for
    /// networks without batch normalization.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <returns>
    /// The numbers and the soup's weights, recalibrated where they were; the caller disposes the weights.
    /// </returns>
    /// <exception cref="InputException">There are fewer than two, or they do not have the same tensors.</exception>
    public static (SoupResult Result, StateDict Weights) Measure(
        IReadOnlyList<Network> members,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        uint seed = DefaultSeed,
        CancellationToken cancellationToken = default
    )
    {
        using var average = Average(members);
        var evaluations = members
            .Select(
                (member, i) =>
                    Evaluator.Evaluate(member, images, settings.Section($"member {i}"), null, cancellationToken)
            )
            .ToList();
        var (result, _, weights) = Measure(
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
        return (result, weights);
    }

    /// <summary>
    /// The same for members that are evaluated already. The network is used to compute with; its weights are restored.
    /// The best member is chosen by <paramref name="validation"/>, the members' scores on other images, where given.
    /// </summary>
    internal static (SoupResult Result, SoupScores Scores, StateDict Weights) Measure(
        Network network,
        StateDict average,
        IReadOnlyList<EvaluationResult> members,
        ImageSet images,
        EvaluationSettings settings,
        ImageSet? recalibrateOn,
        int? recalibrationImages,
        int recalibrationBatch,
        uint seed,
        CancellationToken cancellationToken,
        IReadOnlyList<double>? validation = null
    )
    {
        using var asAveraged = Evaluate(null, "raw");
        var raw = asAveraged.Evaluate([1]);
        if (recalibrateOn is null || !Recalibration.Applies(network))
        {
            var (without, its) = SoupComparison.Measure(members, raw, null, images.Labels, seed, validation);
            return (without, its, average.Clone());
        }

        using var recalibrating = Evaluate(recalibrateOn, "recalibrated");
        var recalibrated = recalibrating.EvaluateWritten([1]);
        var (result, scores) = SoupComparison.Measure(members, raw, recalibrated, images.Labels, seed, validation);
        return (result, scores, StateDict.Of(network));

        MixtureEvaluator Evaluate(ImageSet? statisticsFrom, string name) =>
            new(
                network,
                [average],
                images,
                settings.Section(name),
                statisticsFrom,
                recalibrationImages,
                recalibrationBatch,
                cancellationToken
            );
    }

    // mean += (x - mean) / k keeps the mean of equal values exact.
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
