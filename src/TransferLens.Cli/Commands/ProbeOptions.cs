using System.CommandLine;
using TransferLens.Analyses.Probe;
using TransferLens.Cli.Options;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens probe</c>.</summary>
internal sealed class ProbeOptions
{
    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new(AnalysisOptions.OneCheckpoint);

    /// <summary><c>--train-data</c>.</summary>
    public Option<string> TrainData { get; } =
        new("--train-data")
        {
            Description = "Labelled training images, given like --data; --limit applies to both.",
            HelpName = AnalysisOptions.Images,
            Required = true,
        };

    /// <summary>The settings that studies have too.</summary>
    public SettingOptions<ProbeStudySettings> Settings { get; } = new("c", "k", "seed", "random_seed");

    /// <summary><c>--no-control</c>.</summary>
    public Option<bool> NoControl { get; } =
        new("--no-control") { Description = "Do not probe the network with random weights." };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [TrainData, Shared.Metric, .. Settings.All, NoControl];
}
