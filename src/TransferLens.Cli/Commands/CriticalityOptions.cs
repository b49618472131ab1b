using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens criticality</c>.</summary>
internal sealed class CriticalityOptions
{
    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new(AnalysisOptions.OneCheckpoint);

    /// <summary>The paths and the noise.</summary>
    public SettingOptions<CriticalitySettings> Settings { get; } =
        new("paths", "alphas", "sigmas", "examples", "draws", "eps", "margin", "seed");

    /// <summary><c>--init FILE</c>.</summary>
    public Option<FileInfo> Init { get; } =
        new("--init")
        {
            Description =
                "The weights before training. The head is ignored if its number of classes differs.",
            HelpName = "FILE",
            Required = true,
        };

    /// <summary><c>--checkpoints FILE...</c>.</summary>
    public Option<FileInfo[]> Checkpoints { get; } =
        new("--checkpoints")
        {
            Description = "Checkpoints between --init and --weights, in order, for --paths optimization.",
            HelpName = "FILE...",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };

    /// <summary><c>--train-data</c>.</summary>
    public Option<string?> TrainData { get; } =
        new("--train-data")
        {
            Description = "Training images for the paths, given like --data; by default the images of --data.",
            HelpName = AnalysisOptions.Images,
        };

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn();

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further =>
        [Init, Shared.Metric, RecalibrateOn, .. Settings.All, Checkpoints, TrainData];

    /// <summary>Reads the checkpoints of the optimization path.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">The settings that were given.</param>
    /// <exception cref="InputException">
    /// A file does not exist, or only one of <c>--paths optimization</c> and <c>--checkpoints</c> was given.
    /// </exception>
    public ImmutableArray<string> CheckpointFiles(ParseResult parsed, CriticalitySettings settings)
    {
        ImmutableArray<string> files = [.. (parsed.GetValue(Checkpoints) ?? []).Select(WeightsArgument.Existing)];
        var needsFiles = settings.Paths == CriticalitySettings.Optimization;
        return needsFiles != files.IsEmpty
            ? files
            : throw new InputException("--paths optimization and --checkpoints go together. Give both or neither.");
    }
}
