using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Score and loss of a network on images.</summary>
/// <param name="Score">
/// Accuracy as a fraction, or mean AUC on multi-label images; logits that are not finite count as wrong.
/// </param>
/// <param name="Loss">Mean loss in nats; null when it is not finite.</param>
public sealed record ModulePerformance(double Score, double? Loss);

/// <summary>The effect of rewinding each module of a network.</summary>
/// <param name="Trained">The trained network.</param>
/// <param name="Modules">One entry per module, in the order of computation; without the head if it is left out.</param>
/// <param name="HeadLeftOut">Whether the head is left out because the shapes of the two heads differ.</param>
/// <param name="Examples">Number of images.</param>
public sealed record RewindingResult(
    ModulePerformance Trained,
    ImmutableArray<RewoundModule> Modules,
    bool HeadLeftOut,
    int Examples
)
{
    /// <summary>
    /// The trained network with the running statistics of batch normalization recomputed: what recalibrated modules
    /// are compared with. Null without batch normalization, or if nothing was recalibrated.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModulePerformance? TrainedRecalibrated { get; init; }

    /// <summary>The trained network to compare <see cref="RewoundModule.Judged"/> with.</summary>
    internal ModulePerformance JudgedTrained => TrainedRecalibrated ?? Trained;
}

/// <summary>
/// The trained network with one module at its initial value, and all running statistics of batch normalization as they
/// are: the module's initial ones, the trained ones elsewhere.
/// </summary>
/// <param name="Name">The module.</param>
/// <param name="Score">Score, as for the trained network.</param>
/// <param name="Loss">Mean loss in nats; null when it is not finite.</param>
/// <param name="ScoreLost">The trained network's score minus this one.</param>
/// <param name="ScoreLostLow">Lower end of its paired 95 % bootstrap interval over images.</param>
/// <param name="ScoreLostHigh">Upper end of that interval.</param>
/// <param name="Distance">Euclidean distance of the module's parameters from their initial values.</param>
public sealed record RewoundModule(
    string Name,
    double Score,
    double? Loss,
    double ScoreLost,
    double ScoreLostLow,
    double ScoreLostHigh,
    double Distance
)
{
    /// <summary>
    /// The same after all running statistics of batch normalization were recomputed; the loss of score is against the
    /// trained network recalibrated in the same way. Null without batch normalization, or if nothing was recalibrated.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RewoundScore? Recalibrated { get; init; }

    /// <summary>What to judge the module by: recalibrated if measured, else as the statistics are.</summary>
    internal RewoundScore Judged => Recalibrated ?? new(Score, Loss, ScoreLost, ScoreLostLow, ScoreLostHigh);
}

/// <summary>The performance of a network with one module rewound, and the score that this costs.</summary>
/// <param name="Score">Score, as for the trained network.</param>
/// <param name="Loss">Mean loss in nats; null when it is not finite.</param>
/// <param name="ScoreLost">The trained network's score minus this one.</param>
/// <param name="ScoreLostLow">Lower end of its paired 95 % bootstrap interval over images.</param>
/// <param name="ScoreLostHigh">Upper end of that interval.</param>
public sealed record RewoundScore(
    double Score,
    double? Loss,
    double ScoreLost,
    double ScoreLostLow,
    double ScoreLostHigh
);

/// <summary>Training error of a network with one module moved along a path and noise added, for every module.</summary>
/// <param name="Kind"><c>direct</c> or <c>optimization</c>.</param>
/// <param name="Trained">The trained network on the same images.</param>
/// <param name="Eps">Largest mean error allowed.</param>
/// <param name="Examples">Number of images.</param>
/// <param name="Draws">Draws of the noise.</param>
/// <param name="Modules">One entry per module, in the order of computation; without the head if it is left out.</param>
/// <param name="HeadLeftOut">Whether the head is left out because the shapes of the two heads differ.</param>
/// <param name="Score">The network's score: the sum of the modules' mu; null if one of them is undefined.</param>
public sealed record PathResult(
    string Kind,
    ModulePerformance Trained,
    double Eps,
    int Examples,
    int Draws,
    ImmutableArray<ModulePath> Modules,
    bool HeadLeftOut,
    [property: JsonPropertyName("score")] double? Score
)
{
    /// <summary>Number of modules whose mu is undefined; the network's score is null unless it is 0.</summary>
    public int UndefinedModules => Modules.Count(module => module.Score.Mu is null);
}

/// <summary>One module's map and score.</summary>
/// <param name="Name">The module.</param>
/// <param name="Distance">Euclidean distance of its trained parameters from their initial values.</param>
/// <param name="Score">mu, with its error bar.</param>
/// <param name="Map">The points, by position, then by sigma, starting with sigma 0.</param>
public sealed record ModulePath(
    string Name,
    double Distance,
    [property: JsonPropertyName("score")] CriticalityScore Score,
    ImmutableArray<PathPoint> Map
);

/// <summary>One point of a map.</summary>
/// <param name="Position">Alpha on the direct path; epoch on the optimization path.</param>
/// <param name="Distance">
/// Euclidean distance of the module's parameters, without noise, from their initial values.
/// </param>
/// <param name="Sigma">Standard deviation of the noise.</param>
/// <param name="Error">
/// Share of misclassified images, or 1 - mean AUC on multi-label images, averaged over draws.
/// </param>
/// <param name="StandardError">
/// Standard error of <paramref name="Error"/> over draws; 0 without noise; null for a single draw.
/// </param>
/// <param name="Loss">Mean loss in nats, averaged over draws; null when it is not finite.</param>
public sealed record PathPoint(
    double Position,
    double Distance,
    double Sigma,
    double Error,
    double? StandardError,
    double? Loss
);
