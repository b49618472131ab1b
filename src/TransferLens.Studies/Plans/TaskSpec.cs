using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Plans;

/// <summary>
/// A unit of work. <see cref="Key"/> is the hash of everything that determines the result: kind, settings and inputs.
/// <see cref="Title"/>, <see cref="Locations"/> and <see cref="Cost"/> do not affect it.
/// </summary>
public sealed record TaskSpec
{
    /// <summary>Its kind.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Everything besides the inputs that determines the result: plain values, data digests, seeds.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The tasks whose artifacts this one reads, by role, for example <c>first</c>.</summary>
    public ImmutableSortedDictionary<string, TaskSpec> Inputs { get; init; } =
        ImmutableSortedDictionary.Create<string, TaskSpec>(StringComparer.Ordinal);

    /// <summary>Paths of data on this machine. Not part of the key, which contains digests instead.</summary>
    public JsonObject Locations { get; init; } = [];

    /// <summary>A short description, for example <c>train cartoon P-T seed 1</c>.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Estimated work in forward passes of an image; a backward pass counts as two. 0 when negligible.
    /// </summary>
    public double Cost { get; init; }

    /// <summary>The name of the task's artifact: 64 hexadecimal digits.</summary>
    public string Key => field ??= TaskKey.Compute(Kind, Settings, Inputs);

    /// <summary>Tasks with equal keys are equal: they produce the same artifact.</summary>
    public bool Equals(TaskSpec? other) => ReferenceEquals(this, other) || Key == other?.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
