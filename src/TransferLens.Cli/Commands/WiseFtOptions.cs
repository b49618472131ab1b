using System.CommandLine;
using TransferLens.Analyses.WiseFt;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens wise_ft</c>.</summary>
internal sealed class WiseFtOptions
{
    private const string Images = "DIR|FORMAT:PATH";

    /// <summary>Creates the options.</summary>
    public WiseFtOptions() => Normalization.AcceptOnlyFromAmong(BarrierOptions.Raw, BarrierOptions.Recalibrated);

    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("P, then P-T, the model that was fine-tuned from it");

    /// <summary>The settings of the line.</summary>
    public SettingOptions<WiseFtSettings> Settings { get; } = new("points", "margin");

    /// <summary><c>--source-data</c>.</summary>
    public Option<string?> SourceData { get; } =
        new("--source-data")
        {
            Description =
                "Labelled test images of the source, given like --data, to measure what was forgotten with the head of "
                + "P.",
            HelpName = Images,
        };

    /// <summary><c>--source-class-names FILE</c>.</summary>
    public Option<string?> SourceClassNames { get; } =
        new("--source-class-names")
        {
            Description = "Names of P's classes, given like --class-names; by default taken like those of --data.",
            HelpName = "FILE",
        };

    /// <summary><c>--validation</c>.</summary>
    public Option<string?> Validation { get; } =
        new("--validation")
        {
            Description =
                "Labelled images of the target, given like --data, that choose alpha; by default those of --data do, "
                + "which makes the result optimistic.",
            HelpName = Images,
        };

    /// <summary><c>--normalization</c>.</summary>
    public Option<string?> Normalization { get; } =
        new("--normalization")
        {
            Description =
                "Running statistics of batch normalization: raw interpolates them like weights, recalibrated "
                + "recomputes them at each alpha; by default both.",
        };

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn();

    /// <summary><c>--source-recalibrate-on</c>.</summary>
    public Option<string?> SourceRecalibrateOn { get; } =
        new("--source-recalibrate-on")
        {
            Description = "The same for the source. By default the images of --source-data.",
            HelpName = Images,
        };

    /// <summary><c>--output FILE</c> and <c>--force</c>.</summary>
    public SavedWeights Output { get; } =
        new("--output", "Write the weights at the chosen alpha, with the head of P-T, to this safetensors file.");

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further =>
        [
            SourceData,
            SourceClassNames,
            Validation,
            Shared.Metric,
            .. Settings.All,
            Normalization,
            RecalibrateOn,
            SourceRecalibrateOn,
            Output.Option,
            Output.Force,
        ];

    /// <summary>Checks that options of the source are not given without its images.</summary>
    /// <exception cref="InputException">One is.</exception>
    public void Check(ParseResult parsed)
    {
        Option<string?>[] ofSource = [SourceClassNames, SourceRecalibrateOn];
        if (
            parsed.GetValue(SourceData) is null
            && ofSource.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } alone
        )
        {
            throw new InputException($"{alone.Name} was given without --source-data. Add the source's test images.");
        }
    }
}
