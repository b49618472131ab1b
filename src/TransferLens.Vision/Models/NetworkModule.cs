using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>A module as the field means it: the stem with its normalization, a residual block, or the head.</summary>
/// <param name="Name">The checkpoint's own name, for example <c>conv1</c>, <c>layer2.1</c>, <c>linear</c>.</param>
/// <param name="Prefixes">Names of its parts: a tensor belongs to it when its name is one of these or begins with one
/// of these and a dot. The stem has several, for example <c>conv1</c> and <c>bn1</c>.</param>
/// <param name="Forward">From the previous module's output to its own; a new tensor, never its argument. In evaluation
/// mode it may be called on several threads at once.</param>
public sealed record NetworkModule(string Name, ImmutableArray<string> Prefixes, Func<Tensor, Tensor> Forward)
{
    /// <summary>Whether a parameter or buffer belongs to this module.</summary>
    /// <param name="tensor">Its full name in the state dict.</param>
    public bool Owns(string tensor) =>
        Prefixes.Any(prefix =>
            tensor == prefix || (tensor.StartsWith(prefix, StringComparison.Ordinal) && tensor[prefix.Length] == '.')
        );
}
