using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.WiseFt;

/// <summary>Performance along the line from P to P-T, on the images of one data set.</summary>
/// <param name="Points">In order of alpha.</param>
/// <param name="Examples">Number of images.</param>
public sealed record WiseFtCurve(ImmutableArray<WiseFtPoint> Points, int Examples)
{
    /// <summary>
    /// The score at each alpha, in the order of <see cref="Points"/>, as one that can be compared image by image.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<ScoreSample> Samples { get; init; } = [];

    /// <summary>
    /// The score at each alpha minus that at one of them, with the 95 % interval over the same images at both.
    /// </summary>
    /// <param name="reference">Index of the point to compare with: 0 for P, the last for P-T.</param>
    public ImmutableArray<Effect> Against(int reference) =>
        [.. Samples.Select(sample => ScoreContrast.PairedDifference([sample], [Samples[reference]]))];
}

/// <summary>Performance at one point of the line from P to P-T.</summary>
/// <param name="Alpha">0 at P, 1 at P-T.</param>
/// <param name="Score">The score, in [0, 1], with its 95 % bootstrap interval over images.</param>
/// <param name="Loss">Mean loss in nats; NaN, null in JSON, where it is not finite.</param>
public sealed record WiseFtPoint(
    double Alpha,
    Estimate Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss
);
