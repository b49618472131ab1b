using System.CommandLine;
using TransferLens.Analyses.Alignment;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens soup</c>.</summary>
internal sealed class SoupOptions
{
    /// <summary>The average of all.</summary>
    public const string Uniform = "uniform";

    /// <summary>The average of those that validation images choose.</summary>
    public const string Greedy = "greedy";

    /// <summary>Both.</summary>
    public const string Both = "both";

    /// <summary>Creates the options.</summary>
    public SoupOptions() => Method.AcceptOnlyFromAmong(Uniform, Greedy, Both);

    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("Two or more checkpoints of one network");

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn(aligns: true);

    /// <summary><c>--method</c>.</summary>
    public Option<string?> Method { get; } =
        new("--method")
        {
            Description =
                "uniform averages all checkpoints; greedy adds one after the other while the score on --validation "
                + "does not fall; by default uniform, and both with --validation.",
        };

    /// <summary><c>--validation</c>.</summary>
    public Option<string?> Validation { get; } =
        new("--validation")
        {
            Description =
                "Labelled images that choose the members of a greedy soup, given like --data; none of them may be in "
                + "it.",
            HelpName = "DIR|FORMAT:PATH",
        };

    /// <summary><c>--align</c>.</summary>
    public AlignOptions Align { get; } =
        new(AlignmentMethod.None, AlignmentMethod.Weights, AlignmentMethod.Activations);

    /// <summary><c>--save FILE</c> and <c>--force</c>.</summary>
    public SavedWeights Save { get; } =
        new(
            "--save",
            "Write the soup, greedy if there is one and aligned with --align, with recomputed running statistics, to "
                + "this safetensors file."
        );

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further =>
        [Shared.Metric, Method, Validation, RecalibrateOn, Align.Method, Save.Option, Save.Force];

    /// <summary>The method.</summary>
    /// <exception cref="InputException">It does not fit whether there are validation images.</exception>
    public string MethodOf(ParseResult parsed)
    {
        var hasValidation = parsed.GetValue(Validation) is not null;
        return (parsed.GetValue(Method), hasValidation) switch
        {
            (null, _) => hasValidation ? Both : Uniform,
            (Uniform, true) => throw new InputException(
                "--validation chooses the members of a greedy soup, but --method is uniform. Remove one of them."
            ),
            (Uniform, _) => Uniform,
            (var method, false) => throw new InputException(
                $"--method {method} needs images that choose the members. Add --validation, with images that are not "
                    + "in --data."
            ),
            (var method, _) => method,
        };
    }

    /// <summary>The file to write, checked before the measurement; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The weights to average.</param>
    /// <exception cref="InputException">The file cannot be written or must not be replaced.</exception>
    public string? Output(ParseResult parsed, IReadOnlyList<string> files) => Save.Check(parsed, files, "to average");
}
