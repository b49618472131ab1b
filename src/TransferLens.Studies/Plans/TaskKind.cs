using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Plans;

/// <summary>Properties of a kind of task that other code depends on.</summary>
[Flags]
public enum TaskTraits
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Trains a network.</summary>
    Trains = 1,

    /// <summary>
    /// Writes <c>epochs</c> into <c>result.json</c>: per epoch, in order, <c>epoch</c>, <c>learningRate</c>,
    /// <c>trainLoss</c>, <c>trainAccuracy</c>, <c>testLoss</c> and <c>testAccuracy</c> (<c>trainAuc</c> and
    /// <c>testAuc</c> for multi-label images). All but <c>epoch</c> may be null.
    /// </summary>
    LeavesCurve = 2,

    /// <summary>Decodes images.</summary>
    DecodesImages = 4,

    /// <summary>Reads weights from files.</summary>
    ImportsWeights = 8,
}

/// <summary>A kind of task, declared next to the code that computes it.</summary>
/// <param name="Name">Its name in task files and keys, for example <c>train</c>.</param>
/// <param name="Version">Version of its meaning; incremented when equal settings give another result.</param>
/// <param name="Traits">Its traits.</param>
public sealed record TaskKind(string Name, int Version, TaskTraits Traits = TaskTraits.None)
{
    /// <summary>Whether tasks of this kind have a trait.</summary>
    public bool Has(TaskTraits trait) => Traits.HasFlag(trait);

    /// <summary>Creates a task of this kind.</summary>
    /// <param name="settings">Everything besides the inputs that determines the result: a record that becomes
    /// JSON.</param>
    /// <param name="title">A short description, for example <c>train cartoon P-T s1</c>.</param>
    /// <param name="cost">Estimated work in forward passes of an image; a backward pass counts as two.</param>
    /// <param name="inputs">The tasks whose artifacts it reads, by role.</param>
    /// <typeparam name="TSettings">The settings record.</typeparam>
    public TaskSpec CreateTask<TSettings>(
        TSettings settings,
        string title,
        double cost,
        params IEnumerable<(string Role, TaskSpec Task)> inputs
    ) =>
        new()
        {
            Kind = this,
            Settings = TaskSettings.Write(settings),
            Inputs = inputs.ToImmutableSortedDictionary(
                input => input.Role,
                input => input.Task,
                StringComparer.Ordinal
            ),
            Title = title,
            Cost = cost,
        };

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal JsonArray TraitNames() =>
        new([
            .. Enum.GetValues<TaskTraits>()
                .Where(trait => trait != 0 && Has(trait))
                .Select(trait => (JsonNode)$"{trait}"),
        ]);

    internal static TaskTraits ParseTraits(JsonArray names) =>
        names.Aggregate(TaskTraits.None, (traits, name) => traits | Enum.Parse<TaskTraits>((string)name!));
}
