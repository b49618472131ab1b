using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>What a network does on images.</summary>
/// <param name="Score">Share of images classified right, or the mean AUC where they may show several labels; logits that are not finite count as wrong.</param>
/// <param name="Loss">Mean loss in nats; null when it is not finite.</param>
public sealed record ModulePerformance(double Score, double? Loss);

/// <summary>What rewinding each module of a network costs.</summary>
/// <param name="Trained">The trained network.</param>
/// <param name="Modules">One entry a module, in the order of computation; the head only when the shapes agree.</param>
/// <param name="HeadLeftOut">Whether the two heads differ in shape.</param>
/// <param name="Examples">Number of images.</param>
public sealed record RewindingResult(
    ModulePerformance Trained,
    ImmutableArray<RewoundModule> Modules,
    bool HeadLeftOut,
    int Examples
);

/// <summary>The trained network with one module at its initial value.</summary>
/// <param name="Name">The module.</param>
/// <param name="Score">The same as for the trained network.</param>
/// <param name="Loss">Mean loss in nats; null when it is not finite.</param>
/// <param name="ScoreLost">The trained network's score minus this one.</param>
/// <param name="ScoreLostLow">Lower end of its 95 % bootstrap interval, paired over images.</param>
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
);

/// <summary>Training error of a network while one module moves along a path, noise added; for every module.</summary>
/// <param name="Kind"><c>direct</c> or <c>optimization</c>.</param>
/// <param name="Trained">The trained network on the same images.</param>
/// <param name="Eps">Largest mean error that counts as kept.</param>
/// <param name="Examples">Number of images.</param>
/// <param name="Draws">Draws of the noise.</param>
/// <param name="Modules">One entry a module, in the order of computation; the head only when the shapes agree.</param>
/// <param name="HeadLeftOut">Whether the two heads differ in shape.</param>
/// <param name="Score">The network's score: the sum of the modules' mu; null when one of them is undefined.</param>
public sealed record PathResult(
    string Kind,
    ModulePerformance Trained,
    double Eps,
    int Examples,
    int Draws,
    ImmutableArray<ModulePath> Modules,
    bool HeadLeftOut,
    [property: JsonPropertyName("score")] double? Score
);

/// <summary>One module's map and score.</summary>
/// <param name="Name">The module.</param>
/// <param name="Distance">Euclidean distance of its trained parameters from their initial values.</param>
/// <param name="Score">mu, with its error bar.</param>
/// <param name="Map">By position, then by sigma; sigma 0 first.</param>
public sealed record ModulePath(
    string Name,
    double Distance,
    [property: JsonPropertyName("score")] CriticalityScore Score,
    ImmutableArray<PathPoint> Map
);

/// <summary>One point of a map.</summary>
/// <param name="Position">Alpha on the direct path; the checkpoint's epoch on the optimization path.</param>
/// <param name="Distance">Euclidean distance of the module's parameters, without noise, from their initial values.</param>
/// <param name="Sigma">Standard deviation of the noise.</param>
/// <param name="Error">Share of images classified wrong, or 1 - mean AUC where they may show several labels, averaged over draws.</param>
/// <param name="StandardError">Standard error of <paramref name="Error"/> over draws; 0 without noise; null with one draw.</param>
/// <param name="Loss">Mean loss in nats, averaged over draws; null when it is not finite.</param>
public sealed record PathPoint(
    double Position,
    double Distance,
    double Sigma,
    double Error,
    double? StandardError,
    double? Loss
);
