using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Everything that a study may name, each declared once. A program adds its own declarations with
/// <c>catalog with { Analyses = [.. catalog.Analyses, mine] }</c> and runs studies with the result.
/// </summary>
/// <param name="Formats">Formats of data sets.</param>
/// <param name="Networks">Networks; if there are none, studies may name any.</param>
/// <param name="Metrics">Metrics by which training runs are judged.</param>
/// <param name="Analyses">Analyses, in the order of the report.</param>
/// <param name="Tasks">The runner of each kind of task.</param>
/// <param name="Executors">Executors of tasks; the first is the default.</param>
public sealed record Catalog(
    ImmutableArray<DataFormat> Formats,
    ImmutableArray<NetworkDeclaration> Networks,
    ImmutableArray<Metric> Metrics,
    ImmutableArray<IAnalysis> Analyses,
    ImmutableArray<ITaskRunner> Tasks,
    ImmutableArray<ExecutorDeclaration> Executors
)
{
    /// <summary>Kinds of files that studies may name in place of a network.</summary>
    public ImmutableArray<NetworkFormat> NetworkFormats { get; init; } = [];

    /// <summary>The folder of the networks that a study's file named; null without one.</summary>
    public string? NetworkFolder { get; init; }

    /// <summary>Finds a network by name.</summary>
    /// <param name="name">A name, or one of <see cref="ModuleGroups.NameOf"/>.</param>
    /// <exception cref="InputException">There is none; the message suggests the nearest name.</exception>
    public NetworkDeclaration Network(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ModuleGroups.Split(name) is var (network, groups) ? Ungrouped(network).Group(groups) : Ungrouped(name);
    }

    private NetworkDeclaration Ungrouped(string name) =>
        Networks.FirstOrDefault(network => network.Name == name)
        ?? (NetworkFolder is null ? null : Kept(name, NetworkFolder))
        ?? NetworkDeclaration.Find(Networks, name);

    private NetworkDeclaration? Kept(string name, string folder) =>
        NetworkFormats.Select(format => format.Find(name, folder)).FirstOrDefault(network => network is not null);

    /// <summary>Finds a metric by key.</summary>
    /// <exception cref="InputException">There is none; the message suggests the nearest key.</exception>
    public Metric Metric(string key) =>
        Metrics.FirstOrDefault(metric => metric.Key == key)
        ?? throw Unknown("metric", key, Metrics.Select(metric => metric.Key));

    /// <summary>Finds an analysis by name.</summary>
    /// <exception cref="InputException">There is none; the message suggests the nearest name.</exception>
    public IAnalysis Analysis(string name) =>
        Analyses.FirstOrDefault(analysis => analysis.Name == name)
        ?? throw Unknown("analysis", name, Analyses.Select(analysis => analysis.Name));

    /// <summary>Finds the runner of a kind of task, in the kind's version.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public ITaskRunner Runner(TaskKind kind) =>
        Tasks.FirstOrDefault(runner => (runner.Kind.Name, runner.Kind.Version) == (kind.Name, kind.Version))
        ?? throw new InputException(
            $"This version cannot compute tasks of kind '{kind.Name}', version {kind.Version}; run the study again."
        );

    /// <summary>Finds an executor by name.</summary>
    /// <exception cref="InputException">There is none; the message suggests the nearest name.</exception>
    public ExecutorDeclaration Executor(string name) =>
        Executors.FirstOrDefault(executor => executor.Name == name)
        ?? throw Unknown("executor", name, Executors.Select(executor => executor.Name));

    private static InputException Unknown(string what, string name, IEnumerable<string> known) =>
        new($"The {what} '{name}' is unknown; {Sentence.Instead(name, [.. known])}");
}
