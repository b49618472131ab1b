using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Alignment;

/// <summary>
/// A model whose channels are permuted so that it comes near another. It computes the same as before.
/// </summary>
/// <param name="Weights">The permuted model; the receiver disposes it.</param>
/// <param name="DistanceBefore">Distance to the other model in parameter space before.</param>
/// <param name="DistanceAfter">The same afterwards.</param>
/// <param name="LogitChange">The largest absolute difference that permuting made to a logit, on random images.</param>
/// <param name="Moved">Number of channels that move.</param>
/// <param name="Channels">Number of channels that may move.</param>
public sealed record AlignedModel(
    StateDict Weights,
    double DistanceBefore,
    double DistanceAfter,
    double LogitChange,
    int Moved,
    int Channels
);
