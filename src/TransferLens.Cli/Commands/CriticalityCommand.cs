using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens criticality</c>: what each module's way from its initial value is worth.</summary>
internal static class CriticalityCommand
{
    private sealed record Own(
        Option<FileInfo> Init,
        Option<string> Paths,
        Option<FileInfo[]> Checkpoints,
        Option<string?> Alphas,
        Option<string?> Sigmas,
        Option<int?> Examples,
        Option<int> Draws,
        Option<double?> Eps,
        Option<double> Margin,
        Option<int> Seed,
        Option<string?> TrainData
    );

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--init")
            {
                Description = "Weights before the training; a head with other classes is left out.",
                Required = true,
            },
            new("--paths")
            {
                Description =
                    "none: only rewinding. direct: also a map over alpha (initial to trained) and noise. optimization: over --checkpoints and noise.",
                DefaultValueFactory = _ => "none",
            },
            new("--checkpoints")
            {
                Description =
                    "The training's checkpoints in order, for --paths optimization; --init and --weights are put at the ends.",
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = true,
            },
            new("--alphas")
            {
                Description =
                    $"Where on the direct path, from 0 to 1; {string.Join(",", PathSettings.DefaultAlphas)} unless given.",
            },
            new("--sigmas")
            {
                Description =
                    $"Standard deviations of the noise, above 0; {string.Join(",", PathSettings.DefaultSigmas)} unless given. 0 is always measured too.",
            },
            new("--examples")
            {
                Description = "At most so many images of each data set, spread evenly over it; all unless given.",
            },
            new("--draws")
            {
                Description = "Draws of the noise; two or more give an error bar.",
                DefaultValueFactory = _ => 2,
            },
            new("--eps")
            {
                Description =
                    "Largest mean training error that counts as kept; the trained network's own plus --margin unless given.",
            },
            new("--margin") { Description = "See --eps.", DefaultValueFactory = _ => 0.01 },
            new("--seed") { Description = "Seed of the noise.", DefaultValueFactory = _ => 0 },
            new("--train-data")
            {
                Description = "Training images for the paths, given as --data is; the images of --data unless given.",
            }
        );
        own.Paths.AcceptOnlyFromAmong("none", "direct", "optimization");
        return options.Command(
            "criticality",
            "Accuracy (or mean AUC) with one module at a time back at its initial value, and optionally how far and how noisily each may move: which modules matter, which could have stayed?",
            [
                options.Metric,
                own.Init,
                own.Paths,
                own.Checkpoints,
                own.Alphas,
                own.Sigmas,
                own.Examples,
                own.Draws,
                own.Eps,
                own.Margin,
                own.Seed,
                own.TrainData,
            ],
            (parsed, cancellationToken) => Run(options, own, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = options.WeightsOf(parsed, 1)[0];
        var paths = parsed.GetValue(own.Paths)!;
        ImmutableArray<string> checkpoints = [.. (parsed.GetValue(own.Checkpoints) ?? []).Select(Existing)];
        if (paths == "optimization" == checkpoints.IsEmpty)
        {
            throw new InputException(
                "--paths optimization and --checkpoints FILE... belong together; give both or neither."
            );
        }

        var examples = parsed.GetValue(own.Examples);
        if (examples is < 1)
        {
            throw new InputException($"--examples is {examples}, but it must be at least 1.");
        }

        var settings = AnalysisInputs.Prepare(options, parsed);
        var (alphas, path) = (
            Numbers("--alphas", parsed.GetValue(own.Alphas), PathSettings.DefaultAlphas),
            new PathSettings(
                Numbers("--sigmas", parsed.GetValue(own.Sigmas), PathSettings.DefaultSigmas),
                parsed.GetValue(own.Draws),
                examples,
                parsed.GetValue(own.Eps),
                parsed.GetValue(own.Margin),
                parsed.GetValue(own.Seed)
            )
        );
        // Now, since rewinding on many images takes its time.
        path.Check();
        PathSettings.CheckAlphas(alphas);
        using var network = AnalysisInputs.Network(options, parsed, file);
        using var final = StateDict.Of(network);
        using var initial = AnalysisInputs.Weights(Existing(parsed.GetRequiredValue(own.Init)), network.Name);
        using var images = AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken);
        using var progress = new ProgressLine("rewinding");
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            settings,
            examples,
            progress,
            cancellationToken
        );
        progress.Dispose();
        var elsewhere = parsed.GetValue(own.TrainData) is not null && paths != "none";
        using var training = elsewhere
            ? AnalysisInputs.Labelled(options, parsed, file, network, cancellationToken, own.TrainData!)
            : null;
        using var second = new ProgressLine($"{paths} path");
        var map = paths switch
        {
            "direct" => CriticalityMeasurement.DirectPath(
                network,
                initial,
                final,
                alphas,
                training ?? images,
                settings,
                path,
                null,
                second,
                cancellationToken
            ),
            "optimization" => Optimization(
                network,
                initial,
                final,
                checkpoints,
                training ?? images,
                settings,
                path,
                second,
                cancellationToken
            ),
            _ => null,
        };
        second.Dispose();
        var measuredOn =
            map is null ? null
            : elsewhere ? "the images of --train-data"
            : "the images of --data, since --train-data was not given";
        if (parsed.GetValue(options.Json))
        {
            var (key, pathKey) = (ScoreText.MetricOf(settings, images).JsonKey, ScoreText.MetricOf(images).JsonKey);
            Json.Print(CriticalityOutput.Document(rewinding, map, measuredOn, key, pathKey));
        }
        else
        {
            CriticalityOutput.Print(
                rewinding,
                map,
                measuredOn,
                network.Head.Name,
                ScoreText.MetricOf(settings, images)
            );
        }

        return 0;
    }

    private static PathResult Optimization(
        Network network,
        StateDict initial,
        StateDict final,
        ImmutableArray<string> files,
        ImageSet images,
        EvaluationSettings settings,
        PathSettings path,
        ProgressLine progress,
        CancellationToken cancellationToken
    )
    {
        List<PathCheckpoint> between = [];
        try
        {
            between.AddRange(
                files.Select((file, i) => new PathCheckpoint(i + 1, AnalysisInputs.Weights(file, network.Name)))
            );
            return CriticalityMeasurement.OptimizationPath(
                network,
                initial,
                final,
                [new(0, initial), .. between, new(files.Length + 1, final)],
                images,
                settings,
                path,
                null,
                progress,
                cancellationToken
            );
        }
        finally
        {
            between.ForEach(checkpoint => checkpoint.Weights.Dispose());
        }
    }

    private static string Existing(FileInfo file) =>
        file.Exists ? file.FullName : throw new InputException($"The weights file '{file.FullName}' does not exist.");

    private static ImmutableArray<double> Numbers(string option, string? text, ImmutableArray<double> otherwise) =>
        text is null
            ? otherwise
            :
            [
                .. text.Split(',', StringSplitOptions.TrimEntries)
                    .Select(part =>
                        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                        && double.IsFinite(number)
                            ? number
                            : throw new InputException(
                                $"{option} holds '{part}', which is not a number; give numbers with commas between, such as 0.01,0.1."
                            )
                    ),
            ];
}
