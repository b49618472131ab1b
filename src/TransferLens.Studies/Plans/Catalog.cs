using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Everything that a study may name, each declared once. A program adds its own with
/// <c>catalog with { Analyses = [.. catalog.Analyses, mine] }</c> and runs studies with the result.
/// </summary>
/// <param name="Formats">Formats that images are read from.</param>
/// <param name="Networks">Networks; when empty, a study may name any.</param>
/// <param name="Metrics">Metrics that training runs are judged by.</param>
/// <param name="Analyses">Questions, in the order in which a report answers them.</param>
/// <param name="Tasks">What computes each kind of task.</param>
public sealed record Catalog(
    ImmutableArray<DataFormat> Formats,
    ImmutableArray<NetworkDeclaration> Networks,
    ImmutableArray<Metric> Metrics,
    ImmutableArray<IAnalysis> Analyses,
    ImmutableArray<ITaskRunner> Tasks
)
{
    /// <summary>The network of a name.</summary>
    /// <exception cref="InputException">There is none; the nearest name is suggested.</exception>
    public NetworkDeclaration Network(string name) => NetworkDeclaration.Find(Networks, name);

    /// <summary>The metric of a key.</summary>
    /// <exception cref="InputException">There is none; the nearest key is suggested.</exception>
    public Metric Metric(string key) =>
        Metrics.FirstOrDefault(metric => metric.Key == key)
        ?? throw new InputException(
            $"The metric '{key}' is unknown; {Sentence.Instead(key, [.. Metrics.Select(metric => metric.Key)])}"
        );

    /// <summary>The analysis of a name.</summary>
    /// <exception cref="InputException">There is none; the nearest names are suggested.</exception>
    public IAnalysis Analysis(string name) =>
        Analyses.FirstOrDefault(analysis => analysis.Name == name)
        ?? throw new InputException(
            $"The analysis '{name}' is unknown; {Sentence.Instead(name, [.. Analyses.Select(analysis => analysis.Name)])}"
        );

    /// <summary>What computes a kind of task.</summary>
    /// <exception cref="InputException">This program has no such kind.</exception>
    public ITaskRunner Runner(TaskKind kind) =>
        Tasks.FirstOrDefault(runner => runner.Kind.Name == kind.Name)
        ?? throw new InputException($"This version cannot compute tasks of kind '{kind.Name}'; run the study again.");
}
