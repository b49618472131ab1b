using System.CommandLine;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens similarity</c>.</summary>
internal sealed class SimilarityOptions
{
    private const string Exact = "exact";
    private const string Minibatch = "minibatch";

    /// <summary>Creates the options.</summary>
    public SimilarityOptions() => Form.AcceptOnlyFromAmong(Exact, Minibatch);

    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("Two or more checkpoints", hasNetworkEach: true);

    /// <summary>Tokens, pooling and memory.</summary>
    public SettingOptions<SimilarityStudySettings> Settings { get; } = new("tokens", "pool", "memory");

    /// <summary><c>--all-pairs</c>.</summary>
    public Option<bool> AllPairs { get; } =
        new("--all-pairs")
        {
            Description =
                "Compare every module of the first with every module of the second, not only modules of the same name.",
        };

    /// <summary><c>--form</c>.</summary>
    public Option<string?> Form { get; } =
        new("--form")
        {
            Description =
                "exact: one Gram matrix over all images; minibatch: one for each batch, debiased estimator only; "
                + "by default exact if it fits in --memory.",
        };

    /// <summary><c>--output FOLDER</c>.</summary>
    public Option<FileInfo?> Output { get; } =
        new("--output")
        {
            Description =
                "Folder for a heat map and a tree of the models per module, as SVG and PNG; for three checkpoints or "
                + "more.",
            HelpName = "FOLDER",
        };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [AllPairs, Output, Form, .. Settings.All];

    /// <summary>The folder for figures, checked before the measurement; null for none.</summary>
    /// <exception cref="InputException">It is a file, or cannot be created or written.</exception>
    public string? OutputOf(ParseResult parsed)
    {
        if (parsed.GetValue(Output)?.FullName is not { } folder)
        {
            return null;
        }

        OutputFolder.Check(folder, Output.Name);
        return folder;
    }

    /// <summary>Reads the settings of the measurement.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="evaluation">How the networks are evaluated.</param>
    /// <exception cref="InputException">A value is out of range.</exception>
    public SimilaritySettings Read(ParseResult parsed, EvaluationSettings evaluation)
    {
        var settings = Settings.Read(parsed);
        return new(evaluation.Normalize, evaluation.BatchSize, evaluation.Precision)
        {
            Tokens = settings.Tokens,
            Pool = settings.Pool,
            Memory = settings.Memory,
            Form = parsed.GetValue(Form) switch
            {
                null => null,
                Exact => SimilarityForm.Exact,
                _ => SimilarityForm.Minibatch,
            },
        };
    }
}
