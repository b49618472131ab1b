using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Content;

/// <summary>Everything that a report shows. The report itself computes nothing.</summary>
/// <param name="Study">The study's name, used as the report's heading.</param>
/// <param name="Subtitle">One line below the heading, for example the network and what it was pretrained on.</param>
/// <param name="Findings">All findings, the most important first.</param>
/// <param name="Sections">One section per analysis, in reading order.</param>
/// <param name="Runs">One line per training run.</param>
/// <param name="Provenance">One line per task that contributed to the numbers.</param>
/// <param name="Setup">Name and value of the main settings, in display order.</param>
public sealed record ReportContent(
    string Study,
    string Subtitle,
    ImmutableArray<Finding> Findings,
    ImmutableArray<AnalysisSection> Sections,
    ImmutableArray<RunLine> Runs,
    ImmutableArray<ProvenanceLine> Provenance,
    ImmutableArray<KeyValuePair<string, string>> Setup
)
{
    /// <summary>
    /// The score of each label in each run, shown below the runs; null when no target is multi-label.
    /// </summary>
    public Table? Labels { get; init; }

    /// <summary>The short names in the findings, such as <c>P-T</c>, with their meanings.</summary>
    internal ImmutableArray<KeyValuePair<string, string>> Legend { get; init; } = [];

    /// <summary>The models to export, by target.</summary>
    internal ImmutableArray<ModelLine> Models { get; init; } = [];
}

/// <summary>A model to export.</summary>
/// <param name="Target">The target's name in the study.</param>
/// <param name="Word">What users call it, for example <c>soup</c>.</param>
/// <param name="Name">What it is, for example <c>average of 2 runs of P-T</c>.</param>
/// <param name="Reason">Why it is offered, a phrase.</param>
/// <param name="Score">Its test score with its 95 % interval, in [0, 1].</param>
/// <param name="Command">The command that exports it, in the folder of the report.</param>
internal sealed record ModelLine(
    string Target,
    string Word,
    string Name,
    string Reason,
    (double Value, double Low, double High) Score,
    string Command
)
{
    /// <summary>The metric of the score.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;
}

/// <summary>One training run in the table of runs.</summary>
/// <param name="Target">The target's name in the study.</param>
/// <param name="Run">The run's name in the study, for example <c>P-T</c>.</param>
/// <param name="LearningRate">Initial learning rate.</param>
/// <param name="Seed">Seed of the initialization and the order of images.</param>
/// <param name="Status"><c>finished</c> or <c>diverged</c>.</param>
/// <param name="TestScore">Test score by <see cref="Metric"/>, in [0, 1]; null when there is none.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval, in [0, 1], or null.</param>
/// <param name="High">Upper end of its 95 % bootstrap interval, in [0, 1], or null.</param>
/// <param name="TestLoss">Mean test loss in nats; null when there is none.</param>
public sealed record RunLine(
    string Target,
    string Run,
    double LearningRate,
    int Seed,
    string Status,
    double? TestScore,
    double? Low,
    double? High,
    double? TestLoss
)
{
    /// <summary>The metric of the score.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;
}

/// <summary>One task behind the numbers: it ran for this study, or its artifact was already in the store.</summary>
/// <param name="Task">What the task did, in words.</param>
/// <param name="Kind">Kind of task, for example <c>train</c>.</param>
/// <param name="Key">Its key in the store, hexadecimal.</param>
/// <param name="Seconds">How long it ran, in seconds.</param>
/// <param name="Machine">The machine it ran on.</param>
/// <param name="Started">When it started.</param>
/// <param name="Version">The version of TransferLens that ran it.</param>
public sealed record ProvenanceLine(
    string Task,
    string Kind,
    string Key,
    double Seconds,
    string Machine,
    DateTimeOffset Started,
    string Version
)
{
    /// <summary>Seeds in its settings or in those of its inputs; empty when nothing is random.</summary>
    public string Seeds { get; init; } = "";

    /// <summary>Processor time over all threads, in seconds; null when it was not recorded.</summary>
    public double? ProcessorSeconds { get; init; }

    /// <summary>Versions of .NET, the numerical libraries and the system; null when not recorded.</summary>
    public string? Software { get; init; }
}
