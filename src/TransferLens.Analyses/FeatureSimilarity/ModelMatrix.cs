using System.Collections.Immutable;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Linear CKA between the outputs of one module in every two of several models.</summary>
/// <param name="Name">The module.</param>
/// <param name="Debiased">
/// Debiased CKA, model by model: symmetric, with 1 on the diagonal; null where undefined.
/// </param>
/// <param name="Biased">Biased CKA; null in the minibatch form.</param>
/// <param name="DebiasedErrors">
/// Jackknife standard errors of <paramref name="Debiased"/> over images; null where undefined.
/// </param>
/// <param name="BiasedErrors">Jackknife standard errors of <paramref name="Biased"/>.</param>
public sealed record ModelMatrix(
    string Name,
    ImmutableArray<ImmutableArray<double?>> Debiased,
    ImmutableArray<ImmutableArray<double?>>? Biased,
    ImmutableArray<ImmutableArray<double?>> DebiasedErrors,
    ImmutableArray<ImmutableArray<double?>>? BiasedErrors
)
{
    /// <summary>The tree of the models in this module; null where CKA between two of them is undefined.</summary>
    public ModelTree? Tree { get; } = ModelTree.Create(Debiased);

    /// <summary>Names that occur in every list, in the order of the first.</summary>
    internal static ImmutableArray<string> Shared(IReadOnlyList<ImmutableArray<string>> modules) =>
        [.. modules[0].Where(name => modules.All(names => names.Contains(name)))];
}
