using System.CommandLine;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens similarity</c>: linear CKA between the modules of two or more checkpoints.</summary>
internal static class SimilarityCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new SimilarityOptions();
        return options.Shared.Command(
            "similarity",
            "Compare the features of two or more checkpoints, module by module, using linear CKA.",
            options.Further,
            (parsed, cancellationToken) =>
                options.Shared.WeightsGiven(parsed).Length >= ManyModels.Fewest
                    ? ManyModels.Run(options, parsed, cancellationToken)
                    : Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(SimilarityOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.Shared.WeightsOf(parsed, 2, int.MaxValue);
        if (parsed.GetValue(options.Output) is not null)
        {
            throw new InputException(
                $"{options.Output.Name} draws three checkpoints or more, but {options.Shared.Weights.Name} was given "
                    + $"two. Give more, or remove {options.Output.Name}."
            );
        }

        var names = options.Shared.NetworksOf(parsed, 2);
        var settings = options.Read(parsed, AnalysisInputs.Prepare(options.Shared, parsed));
        using var first = AnalysisInputs.Network(options.Shared, parsed, files[0], names[0]);
        using var second = AnalysisInputs.Network(options.Shared, parsed, files[1], names[1]);
        using var images = AnalysisInputs.Images(options.Shared, parsed, cancellationToken);
        using var progress = new ProgressLine("comparing");
        var measured = SimilarityMeasurement.Measure(
            [first, second],
            images,
            settings,
            null,
            progress,
            cancellationToken
        );
        progress.Dispose();
        var output = new SimilarityOutput(measured, measured.Between(0, 1), settings.BatchSize);
        var allPairs = parsed.GetValue(options.AllPairs);
        if (parsed.GetValue(options.Shared.Json))
        {
            Json.Print(output.Document(allPairs));
        }
        else
        {
            output.Print(allPairs);
        }

        return 0;
    }
}
