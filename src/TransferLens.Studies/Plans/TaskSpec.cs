using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Plans;

/// <summary>
/// One unit of work. It knows its own settings and the keys of its inputs, nothing else. <see cref="Key"/> is the
/// hash of what decides the result; <see cref="Title"/>, <see cref="Locations"/> and <see cref="Cost"/> decide nothing.
/// </summary>
public sealed record TaskSpec
{
    /// <summary>What kind of task it is.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Everything that decides the result beside the inputs: plain values, data digests, seeds.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Other tasks whose artifacts this one reads, by the role they play in it, for example <c>first</c>.</summary>
    public ImmutableSortedDictionary<string, TaskSpec> Inputs { get; init; } =
        ImmutableSortedDictionary.Create<string, TaskSpec>(StringComparer.Ordinal);

    /// <summary>Where outside data lies on this machine (paths); not part of the key, since its digest is.</summary>
    public JsonObject Locations { get; init; } = [];

    /// <summary>A few words for people, for example <c>train cartoon P-T seed 1</c>.</summary>
    public required string Title { get; init; }

    /// <summary>Estimated work in images passed forward; a backward pass counts as two. 0 when negligible.</summary>
    public double Cost { get; init; }

    /// <summary>The name of the artifact that this task makes: 64 hexadecimal digits.</summary>
    public string Key => field ??= TaskKey.Compute(Kind, Settings, Inputs);

    /// <summary>Tasks with equal keys are equal: they make the same artifact.</summary>
    public bool Equals(TaskSpec? other) => ReferenceEquals(this, other) || Key == other?.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
