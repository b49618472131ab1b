using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;

namespace TransferLens.Analyses.Probe;

/// <summary>
/// What classifiers on the features of a frozen network's modules achieve on test images. Scores are accuracies, or
/// values of the chosen metric, in [0, 1].
/// </summary>
/// <param name="Modules">The modules in order of computation, without the head.</param>
/// <param name="Train">Number of training images.</param>
/// <param name="Test">Number of test images.</param>
public sealed record ProbeResult(ImmutableArray<ProbeModule> Modules, int Train, int Test)
{
    /// <summary>
    /// Name of the module whose logistic regression is most accurate on the held-out fifth of the training images, the
    /// first of equals; null without images to hold out.
    /// </summary>
    public string? Best =>
        Modules.All(module => module.Logistic.HeldOut is not null)
            ? Modules.MaxBy(module => module.Logistic.HeldOut)?.Name
            : null;

    /// <summary>The same of the network with random weights, the control; null without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProbeResult? Random { get; init; }

    /// <summary>
    /// The name of balanced accuracy in a task's result, where a score may have the name of the metric.
    /// </summary>
    internal const string MeanRecall = "meanRecall";

    /// <summary>The module of a name.</summary>
    /// <param name="name">Its name.</param>
    internal ProbeModule Module(string name) => Modules.First(module => module.Name == name);
}

/// <summary>The probes of one module.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Features">Number of features.</param>
/// <param name="Logistic">Logistic regression.</param>
/// <param name="Knn">Weighted nearest neighbours.</param>
public sealed record ProbeModule(string Name, int Features, LogisticProbe Logistic, NeighbourProbe Knn);

/// <summary>Logistic regression on the features of a module.</summary>
/// <param name="Score">Its score on the test images.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over test images.</param>
/// <param name="High">Upper end.</param>
/// <param name="BalancedAccuracy">Mean recall over classes with test images; null for multi-label images.</param>
/// <param name="Loss">Mean cross-entropy in nats, for multi-label images binary and averaged over labels.</param>
/// <param name="C">Weight of the loss against the penalty.</param>
/// <param name="HeldOut">
/// Accuracy with this C on the held-out fifth of the training images; null without images to hold out.
/// </param>
/// <param name="Converged">Whether the search reached its tolerance within its largest number of steps.</param>
public sealed record LogisticProbe(
    double Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Low,
    [property: JsonConverter(typeof(NullWhenUndefined))] double High,
    [property: JsonPropertyName(ProbeResult.MeanRecall)] double? BalancedAccuracy,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Loss,
    double C,
    double? HeldOut,
    bool Converged
);

/// <summary>Weighted nearest neighbours on the features of a module.</summary>
/// <param name="Score">Their score on the test images.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over test images.</param>
/// <param name="High">Upper end.</param>
/// <param name="BalancedAccuracy">Mean recall over classes with test images; null for multi-label images.</param>
/// <param name="K">Number of neighbours.</param>
public sealed record NeighbourProbe(
    double Score,
    [property: JsonConverter(typeof(NullWhenUndefined))] double Low,
    [property: JsonConverter(typeof(NullWhenUndefined))] double High,
    [property: JsonPropertyName(ProbeResult.MeanRecall)] double? BalancedAccuracy,
    int K
);
