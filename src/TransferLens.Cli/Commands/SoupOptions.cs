using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens soup</c>.</summary>
internal sealed class SoupOptions
{
    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("Two or more checkpoints of one network");

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn();

    /// <summary><c>--save FILE</c> and <c>--force</c>.</summary>
    public SavedWeights Save { get; } =
        new("--save", "Write the average, with recomputed running statistics, to this safetensors file.");

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [Shared.Metric, RecalibrateOn, Save.Option, Save.Force];

    /// <summary>The file to write, checked before the measurement; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The weights to average.</param>
    /// <exception cref="InputException">The file cannot be written or must not be replaced.</exception>
    public string? Output(ParseResult parsed, IReadOnlyList<string> files) => Save.Check(parsed, files, "to average");
}
