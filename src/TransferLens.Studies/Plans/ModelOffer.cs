using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;

namespace TransferLens.Studies.Plans;

/// <summary>The model that a finished study offers for one target, to export it; or why it offers none.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Model">The model; null for none.</param>
/// <param name="Reason">Why this model is offered, as a phrase; without a model, why there is none and what to do, as a
/// sentence.</param>
public sealed record ModelOffer(string Target, OfferedModel? Model, string Reason)
{
    /// <summary>Whether the model was chosen among others by its score on the test images, which makes that score
    /// optimistic.</summary>
    public bool ChosenOnTestImages { get; init; }

    /// <summary>Offers no model.</summary>
    /// <param name="target">Name of the target.</param>
    /// <param name="reason">Why there is none and what to do, a sentence.</param>
    public static ModelOffer None(string target, string reason) => new(target, null, reason);

    /// <summary>The model.</summary>
    /// <exception cref="InputException">There is none; the message is the reason.</exception>
    public OfferedModel Require() => Model ?? throw new InputException(Reason);
}

/// <summary>A model of a finished study.</summary>
/// <param name="Name">What it is, for example <c>P-T s1</c> or <c>average of 2 runs of P-T</c>.</param>
/// <param name="Task">The task whose artifact contains the weights.</param>
/// <param name="File">Their file in the artifact; null for the last checkpoint of a training task.</param>
/// <param name="Score">Its score on the test images.</param>
public sealed record OfferedModel(string Name, TaskSpec Task, string? File, OfferedScore Score);

/// <summary>A score on test images with its 95 % interval over them.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">The score, in [0, 1].</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record OfferedScore(Metric Metric, double Value, double Low, double High);
