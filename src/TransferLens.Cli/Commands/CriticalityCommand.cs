using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens criticality</c>: the cost of rewinding each module to its initial value.</summary>
internal static class CriticalityCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new CriticalityOptions();
        return options.Shared.Command(
            "criticality",
            "Measure how much performance depends on each module, by rewinding it to its initial weights.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(CriticalityOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = options.Shared.WeightsOf(parsed, 1)[0];
        var criticality = options.Settings.Read(parsed);
        var checkpoints = options.CheckpointFiles(parsed, criticality);
        var path = criticality.Path;
        path?.Check(); // Before rewinding, which takes long on a large data set.
        var settings = AnalysisInputs.Prepare(options.Shared, parsed);
        using var network = AnalysisInputs.Network(options.Shared, parsed, file);
        using var final = StateDict.Of(network);
        var initialFile = WeightsArgument.Existing(parsed.GetRequiredValue(options.Init));
        using var initial = AnalysisInputs.Weights(initialFile, network.Name);
        using var images = AnalysisInputs.Labelled(options.Shared, parsed, file, network, cancellationToken);
        var recalibrates = Recalibration.Applies(network);
        using var recalibration =
            recalibrates && parsed.GetValue(options.RecalibrateOn) is not null
                ? AnalysisInputs.ForStatistics(options.Shared, parsed, options.RecalibrateOn!, cancellationToken)
                : null;
        using var rewindingProgress = new ProgressLine("rewinding");
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            settings,
            recalibrateOn: recalibrates ? recalibration ?? images : null,
            progress: rewindingProgress,
            cancellationToken: cancellationToken
        );
        rewindingProgress.Dispose();
        var isSeparate = parsed.GetValue(options.TrainData) is not null && path is not null;
        using var training = isSeparate
            ? AnalysisInputs.Labelled(options.Shared, parsed, file, network, cancellationToken, options.TrainData!)
            : null;
        using var pathProgress = new ProgressLine($"{criticality.Paths} path");
        var map = criticality.Paths switch
        {
            CriticalitySettings.Direct => CriticalityMeasurement.DirectPath(
                network,
                initial,
                final,
                criticality.PathAlphas,
                training ?? images,
                settings,
                path!,
                null,
                pathProgress,
                cancellationToken
            ),
            CriticalitySettings.Optimization => Optimization(
                network,
                initial,
                final,
                checkpoints,
                training ?? images,
                settings,
                path!,
                pathProgress,
                cancellationToken
            ),
            _ => null,
        };
        pathProgress.Dispose();
        var measuredOn = (map, isSeparate) switch
        {
            (null, _) => null,
            (_, true) => "the images of --train-data",
            _ => "the images of --data, since --train-data was not given",
        };
        var note = RecalibrationNote.Create(recalibrates, recalibration, images);
        var metric = ScoreText.MetricOf(settings, images);
        if (parsed.GetValue(options.Shared.Json))
        {
            var pathKey = ScoreText.MetricOf(images).JsonKey;
            Json.Print(CriticalityOutput.Document(rewinding, map, measuredOn, note, metric.JsonKey, pathKey));
        }
        else
        {
            CriticalityOutput.Print(rewinding, map, measuredOn, note, network.Head.Name, metric);
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
}
