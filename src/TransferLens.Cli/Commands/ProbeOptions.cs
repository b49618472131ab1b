using System.CommandLine;
using TransferLens.Analyses.Probe;
using TransferLens.Cli.Options;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens probe</c>.</summary>
internal sealed class ProbeOptions
{
    /// <summary>Creates the options. The head is not used, so the classes are those of the images.</summary>
    public ProbeOptions() =>
        Shared.ClassNamesFile.Description =
            "File with the name of each class of the images, one per line; by default the classes of --train-data in "
            + "number order (names that are integers) or text order.";

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
