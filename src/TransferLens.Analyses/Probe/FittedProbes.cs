using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Probe;

/// <summary>What the probes of a module compute on test images: all that their scores follow from.</summary>
/// <param name="Logits">Logits of logistic regression, images x classes, row by row.</param>
/// <param name="Votes">Votes of nearest neighbours, images x classes, row by row.</param>
/// <param name="C">C of logistic regression.</param>
/// <param name="HeldOut">Accuracy with it on the held-out fifth; null without images to hold out.</param>
/// <param name="Converged">Whether the search reached its tolerance.</param>
internal sealed record FittedProbes(float[] Logits, float[] Votes, double C, double? HeldOut, bool Converged)
{
    private const string OfLogits = "logits";
    private const string OfVotes = "votes";
    private const string Numbers = "numbers";

    /// <summary>What an earlier run of a task has kept; null unless it has kept all.</summary>
    /// <param name="parts">The partial results of the module.</param>
    public static FittedProbes? Read(PartialResults parts) =>
        (parts.Read<float>(OfLogits), parts.Read<float>(OfVotes), parts.Read<double>(Numbers))
            is ({ } logits, { } votes, [var c, var heldOut, var converged])
            ? new(logits, votes, c, double.IsNaN(heldOut) ? null : heldOut, converged != 0)
            : null;

    /// <summary>Keeps it.</summary>
    /// <param name="parts">The partial results of the module.</param>
    public void Write(PartialResults parts)
    {
        parts.Write<float>(OfLogits, Logits);
        parts.Write<float>(OfVotes, Votes);
        parts.Write<double>(Numbers, [C, HeldOut ?? double.NaN, Converged ? 1 : 0]);
    }
}
