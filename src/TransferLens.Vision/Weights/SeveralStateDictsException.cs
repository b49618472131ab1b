using System.Collections.Immutable;

namespace TransferLens.Vision.Weights;

/// <summary>A state dict in a file of several.</summary>
/// <param name="Key">The key that chooses it.</param>
/// <param name="Network">The network that it fits.</param>
/// <param name="Classes">Number of classes of its head; null without a head.</param>
/// <param name="Tensors">Number of its tensors that the network has.</param>
/// <param name="Numbers">Number of values in these.</param>
internal sealed record FoundStateDict(string Key, string Network, int? Classes, int Tensors, long Numbers)
{
    /// <summary>Describes a fit.</summary>
    /// <param name="key">The key that chooses it.</param>
    /// <param name="fit">The fit.</param>
    public static FoundStateDict Create(string key, NetworkReading fit)
    {
        List<long> sizes =
        [
            .. fit
                .Used.SelectMany(entry => entry.Value)
                .Select(piece => piece.Stored.Shape.Aggregate(1L, (a, b) => a * b)),
        ];
        return new(key, fit.Outline.Network.Name, fit.Classes, sizes.Count, sizes.Sum());
    }
}

/// <summary>Why weights are refused of which several state dicts could be meant.</summary>
internal sealed class SeveralStateDictsException : Exception
{
    /// <summary>Creates the cause without state dicts.</summary>
    public SeveralStateDictsException() { }

    /// <summary>Creates the cause with a text.</summary>
    public SeveralStateDictsException(string message)
        : base(message) { }

    /// <summary>Creates the cause with a text and its own cause.</summary>
    public SeveralStateDictsException(string message, Exception cause)
        : base(message, cause) { }

    /// <summary>Creates the cause.</summary>
    /// <param name="found">The state dicts, by different keys.</param>
    public SeveralStateDictsException(ImmutableArray<FoundStateDict> found)
        : base($"{found.Length} state dicts fit.") => Found = found;

    /// <summary>The state dicts.</summary>
    public ImmutableArray<FoundStateDict> Found { get; } = [];
}
