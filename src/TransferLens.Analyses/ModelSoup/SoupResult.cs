using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// A model soup next to its members and their ensemble, on the same images. Scores are accuracies, or the mean AUC of
/// multi-label images, in [0, 1], with 95 % bootstrap intervals over images.
/// </summary>
/// <param name="Examples">Number of images.</param>
/// <param name="Members">The members, in their order.</param>
/// <param name="Best">
/// Index of the member with the best score, the first of equals: on validation images where there are some, on these
/// otherwise.
/// </param>
/// <param name="Mean">The members' mean score.</param>
/// <param name="Raw">The average with running statistics of batch normalization averaged like weights.</param>
/// <param name="Recalibrated">
/// The average with running statistics recomputed on training images; null for networks without batch normalization, or
/// when it was not asked for.
/// </param>
/// <param name="Ensemble">The average of the members' softmax outputs, or of their probabilities of each label.</param>
/// <param name="OverEnsemble">Score of the soup minus that of the ensemble, on the same resamples.</param>
public sealed record SoupResult(
    int Examples,
    ImmutableArray<SoupMember> Members,
    int Best,
    Estimate Mean,
    SoupScore Raw,
    SoupScore? Recalibrated,
    SoupScore Ensemble,
    Estimate OverEnsemble
)
{
    /// <summary>
    /// The members' scores on validation images, by which <see cref="Best"/> was chosen; null where it was chosen on
    /// the images that they are measured on.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<double>? Validation { get; init; }

    /// <summary>The soup as it would be used: recalibrated where it was, raw otherwise.</summary>
    [JsonIgnore]
    public SoupScore Soup => Recalibrated ?? Raw;
}

/// <summary>One of the averaged models.</summary>
/// <param name="Score">Its score.</param>
/// <param name="Loss">Mean loss in nats; NaN, null in JSON, where it is not finite.</param>
public sealed record SoupMember(Estimate Score, [property: JsonConverter(typeof(NullWhenUndefined))] double Loss);

/// <summary>The performance of the members combined.</summary>
/// <param name="Score">Its score.</param>
/// <param name="Loss">Mean loss in nats; NaN, null in JSON, where it is not finite.</param>
/// <param name="GainOverMean">Its score minus the mean of the members' scores, on the same resamples.</param>
/// <param name="GainOverBest">Its score minus that of the member that is best on these images.</param>
public sealed record SoupScore(
    Estimate Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss,
    Estimate GainOverMean,
    Estimate GainOverBest
);
