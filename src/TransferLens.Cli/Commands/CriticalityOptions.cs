using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens criticality</c>.</summary>
internal sealed class CriticalityOptions
{
    /// <summary>Only rewinding.</summary>
    public const string NoPath = "none";

    /// <summary>The straight path from the initial to the trained weights.</summary>
    public const string Direct = "direct";

    /// <summary>The path through checkpoints.</summary>
    public const string Optimization = "optimization";

    /// <summary>Creates the options.</summary>
    public CriticalityOptions() => Paths.AcceptOnlyFromAmong(NoPath, Direct, Optimization);

    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new();

    /// <summary>The paths and the noise.</summary>
    public SettingOptions<CriticalitySettings> Settings { get; } =
        new("alphas", "sigmas", "draws", "eps", "margin", "seed");

    /// <summary><c>--init FILE</c>.</summary>
    public Option<FileInfo> Init { get; } =
        new("--init")
        {
            Description = "Weights before training. A head with other classes is left out.",
            Required = true,
        };

    /// <summary><c>--paths</c>.</summary>
    public Option<string> Paths { get; } =
        new("--paths")
        {
            Description =
                "none: rewinding only; direct: also mu on the straight path from initial to trained weights; "
                + "optimization: also mu on the path through --checkpoints.",
            DefaultValueFactory = _ => NoPath,
        };

    /// <summary><c>--checkpoints FILE...</c>.</summary>
    public Option<FileInfo[]> Checkpoints { get; } =
        new("--checkpoints")
        {
            Description = "Checkpoints between --init and --weights, in order, for --paths optimization.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };

    /// <summary><c>--examples N</c>.</summary>
    public Option<int?> Examples { get; } =
        new("--examples") { Description = "Images of each data set, at most, spread evenly over it; all by default." };

    /// <summary><c>--train-data</c>.</summary>
    public Option<string?> TrainData { get; } =
        new("--train-data")
        {
            Description = "Training images for the paths, in the form of --data; the images of --data by default.",
        };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further =>
        [Shared.Metric, Init, Paths, Checkpoints, .. Settings.All, Examples, TrainData];

    /// <summary>Reads the checkpoints of the optimization path.</summary>
    /// <exception cref="InputException">
    /// A file does not exist, or only one of <c>--paths optimization</c> and <c>--checkpoints</c> was given.
    /// </exception>
    public ImmutableArray<string> CheckpointFiles(ParseResult parsed)
    {
        ImmutableArray<string> files = [.. (parsed.GetValue(Checkpoints) ?? []).Select(WeightsArgument.Existing)];
        var needsFiles = parsed.GetValue(Paths) == Optimization;
        return needsFiles != files.IsEmpty
            ? files
            : throw new InputException("--paths optimization and --checkpoints go together. Give both or neither.");
    }

    /// <summary>Reads the number of images, null for all.</summary>
    /// <exception cref="InputException">The number is less than 1.</exception>
    public int? ExampleCount(ParseResult parsed)
    {
        var examples = parsed.GetValue(Examples);
        return examples is not < 1
            ? examples
            : throw new InputException($"--examples is {examples}, but must be at least 1.");
    }
}
