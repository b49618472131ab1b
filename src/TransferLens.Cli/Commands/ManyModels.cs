using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens similarity</c> with three checkpoints or more: all models, module by module.</summary>
internal static class ManyModels
{
    /// <summary>Fewest checkpoints that are compared this way.</summary>
    public const int Fewest = 3;

    /// <summary>Measures and prints.</summary>
    /// <exception cref="InputException">The options, files or images cannot be used.</exception>
    public static int Run(SimilarityOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.Shared.WeightsOf(parsed, Fewest, int.MaxValue);
        var names = options.Shared.NetworksOf(parsed, files.Count);
        var folder = options.OutputOf(parsed);
        if (parsed.GetValue(options.AllPairs))
        {
            throw new InputException(
                $"{options.AllPairs.Name} compares two checkpoints, but {options.Shared.Weights.Name} was given "
                    + $"{files.Count}. Give two, or remove {options.AllPairs.Name}."
            );
        }

        var settings = options.Read(parsed, AnalysisInputs.Prepare(options.Shared, parsed));
        var networks = new List<Network>();
        try
        {
            foreach (var (file, name) in files.Zip(names))
            {
                networks.Add(AnalysisInputs.Network(options.Shared, parsed, file, name));
            }

            CheckShared(networks);
            var measured = Measure(options, parsed, networks, settings, cancellationToken);
            var output = new ModelsOutput(
                measured,
                ModelNames.Create(options.Shared.WeightsGiven(parsed)),
                settings.BatchSize
            );
            if (folder is not null)
            {
                FigureFiles.Write(output.Figures, folder);
                InputNotes.Add($"Figures written to {folder}");
            }

            if (parsed.GetValue(options.Shared.Json))
            {
                Json.Print(output.Document());
            }
            else
            {
                output.Print();
            }

            return 0;
        }
        finally
        {
            networks.ForEach(network => network.Dispose());
        }
    }

    private static SimilarityResult Measure(
        SimilarityOptions options,
        ParseResult parsed,
        List<Network> networks,
        SimilaritySettings settings,
        CancellationToken cancellationToken
    )
    {
        using var images = AnalysisInputs.Images(options.Shared, parsed, cancellationToken);
        using var progress = new ProgressLine("comparing");
        return SimilarityMeasurement.Measure(networks, images, settings, null, progress, cancellationToken);
    }

    private static void CheckShared(List<Network> networks)
    {
        var modules = networks.ConvertAll(network => network.Modules.Select(module => module.Name).ToImmutableArray());
        if (ModelMatrix.Shared(modules).IsEmpty)
        {
            throw new InputException(
                $"The networks {string.Join(", ", networks.Select(network => network.Name).Distinct())} have no module "
                    + "name in common, so their modules cannot be compared by name. Give two checkpoints with "
                    + "--all-pairs."
            );
        }
    }
}
