using System.CommandLine;
using TransferLens.Analyses.Mistakes;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens mistakes</c>.</summary>
internal sealed class MistakesOptions
{
    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("The two checkpoints", hasSecondNetwork: true);

    /// <summary>How many images are listed.</summary>
    public SettingOptions<MistakesSettings> Settings { get; } = new("examples");

    /// <summary><c>--network2 NAME</c>.</summary>
    public Option<string?> SecondNetwork { get; } =
        new("--network2")
        {
            Description = "Name of the second network if it differs; the same as a second name after --network.",
            HelpName = "NAME",
        };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [SecondNetwork, .. Settings.All];

    /// <summary>Names of the two networks.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The two weights files.</param>
    /// <exception cref="InputException">More than two names were given.</exception>
    public IReadOnlyList<string> NetworkNames(ParseResult parsed, IReadOnlyList<string> files)
    {
        var names = Shared.NetworksOf(parsed, 2);
        var given = parsed.GetRequiredValue(Shared.Network).Length;
        return (parsed.GetValue(SecondNetwork), given) switch
        {
            ({ } second, 1) => [names[0], second],
            ({ }, _) => throw new InputException("--network names two networks already. Remove --network2."),
            (null, 2) => names,
            _ when NamedNetworks.IsFile(names[1]) => names,
            // One name for two files: the second file decides for itself where it fits a known network, but not between
            // networks with the same tensors.
            _ => [names[0], FittingNetwork(files[1], parsed.GetValue(Shared.WeightsKey), names[0]) ?? names[1]],
        };
    }

    private static string? FittingNetwork(string file, string? key, string named)
    {
        using var read = Checkpoint.Identify(file, key);
        return read.Notes.AlsoFits.Contains(named) ? named : read.Network?.Name;
    }
}
