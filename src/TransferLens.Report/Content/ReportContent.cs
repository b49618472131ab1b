using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Content;

/// <summary>All that a report shows. The report computes nothing: what is not in here is not in it.</summary>
/// <param name="Study">The study's name, the heading of the report.</param>
/// <param name="Subtitle">One line below it, for example the network and what it was pretrained on.</param>
/// <param name="Findings">Every finding, the most important first.</param>
/// <param name="Sections">One section per analysis, in reading order.</param>
/// <param name="Runs">One line per training.</param>
/// <param name="Provenance">One line per task that made the numbers.</param>
/// <param name="Setup">Name and value of each setting worth knowing before reading on, in order.</param>
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
    /// <summary>The score of each label of each training, shown below the runs; null where no image may show several labels.</summary>
    public Table? Labels { get; init; }
}

/// <summary>One training in the table of runs.</summary>
/// <param name="Target">The data it was trained on, as the study names them.</param>
/// <param name="Run">The run's name in the study, for example <c>P-T</c>.</param>
/// <param name="LearningRate">Initial learning rate.</param>
/// <param name="Seed">Seed of initialization and order.</param>
/// <param name="Status"><c>finished</c> or <c>diverged</c>.</param>
/// <param name="TestScore">By its <see cref="Metric"/>, in [0, 1], or null when there is none.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval, fraction, or null.</param>
/// <param name="High">Upper end of its 95 % bootstrap interval, fraction, or null.</param>
/// <param name="TestLoss">Mean loss in nats, or null when there is none.</param>
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
    /// <summary>By what it is judged.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;
}

/// <summary>Where a number comes from: one task that ran, or whose artifact was taken from the store.</summary>
/// <param name="Task">What it did, in words.</param>
/// <param name="Kind">Kind of task, for example <c>train</c>.</param>
/// <param name="Key">Its key in the store, in hexadecimal.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Started">When it began.</param>
/// <param name="Version">Version of TransferLens that ran it.</param>
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
    /// <summary>Seeds in its settings, or of the tasks that it read; empty when nothing in it is drawn.</summary>
    public string Seeds { get; init; } = "";

    /// <summary>Processor time it took, over all threads, seconds; null when it was not recorded.</summary>
    public double? ProcessorSeconds { get; init; }

    /// <summary>Versions of .NET, of the libraries that computed, and of the system; null when they were not recorded.</summary>
    public string? Software { get; init; }
}
