using System.CommandLine;
using System.Globalization;
using TransferLens.Analyses.Probe;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

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

    /// <summary><c>--c</c>.</summary>
    public Option<double?> C { get; } =
        new("--c")
        {
            Description =
                "C of the logistic regression of every module; chosen for each module on a held-out fifth of the "
                + "training images by default.",
            HelpName = "C",
        };

    /// <summary><c>--k</c>.</summary>
    public Option<int> K { get; } =
        new("--k")
        {
            Description = "Number of nearest neighbours.",
            HelpName = "K",
            DefaultValueFactory = _ => 20,
        };

    /// <summary><c>--seed</c>.</summary>
    public Option<uint> Seed { get; } =
        new("--seed")
        {
            Description = "Seed of the held-out fifth.",
            HelpName = "N",
            DefaultValueFactory = _ => 0,
        };

    /// <summary><c>--random-seed</c>.</summary>
    public Option<int> RandomSeed { get; } =
        new("--random-seed")
        {
            Description = "Seed of the random weights of the control.",
            HelpName = "N",
            DefaultValueFactory = _ => ProbeMeasurement.DefaultRandomSeed,
        };

    /// <summary><c>--no-control</c>.</summary>
    public Option<bool> NoControl { get; } =
        new("--no-control") { Description = "Do not probe the network with random weights." };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [TrainData, Shared.Metric, C, K, Seed, RandomSeed, NoControl];

    /// <summary>The settings of the measurement.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public ProbeSettings SettingsOf(ParseResult parsed)
    {
        var (c, k) = (parsed.GetValue(C), parsed.GetValue(K));
        if (c is { } given && !(given > 0 && double.IsFinite(given)))
        {
            var text = given.ToString(CultureInfo.InvariantCulture);
            throw new InputException($"--c is {text}, but must be above 0 and finite.");
        }

        return k < 1
            ? throw new InputException($"--k is {k}, but must be at least 1.")
            : new()
            {
                C = c,
                Neighbours = k,
                Seed = parsed.GetValue(Seed),
            };
    }
}
