using System.CommandLine;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary>
/// <c>transferlens barrier</c>: performance on the line between two checkpoints, or the plane through three.
/// </summary>
internal static class BarrierCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new BarrierOptions();
        return options.Shared.Command(
            "barrier",
            "Measure performance along the straight line between two checkpoints in weight space, and the barrier "
                + "between them.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(BarrierOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = options.Read(parsed);
        return settings.Plane > 0
            ? MeasurePlane(options, settings, parsed, cancellationToken)
            : MeasureLine(options, settings, parsed, cancellationToken);
    }

    private static int MeasureLine(
        BarrierOptions options,
        BarrierSettings line,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var files = options.Shared.WeightsOf(parsed, 2);
        var lambdas = BarrierMeasurement.Grid(line.Points, line.From, line.To);
        var (method, saved) = (options.Align.MethodOf(parsed), options.Align.FileOf(parsed, files));
        var curved = options.Curve.IsGiven(parsed) ? options.Curve.Epochs(parsed) : (int?)null;
        var settings = AnalysisInputs.Prepare(options.Shared, parsed);
        var recipe = curved is null ? null : options.Curve.Recipe(parsed, settings.Normalize, settings.Precision);
        using var network = AnalysisInputs.Network(options.Shared, parsed, files[0]);
        using var first = StateDict.Of(network);
        using var second = LoadOther(options, parsed, files[1], network);
        var normalizations = Normalizations(
            parsed.GetValue(options.Normalization),
            network,
            method != AlignmentMethod.None
        );
        using var images = AnalysisInputs.Labelled(options.Shared, parsed, files[0], network, cancellationToken);
        var recalibrates = Recalibrates(normalizations) || method == AlignmentMethod.Activations;
        using var recalibration = OpenRecalibration(options, recalibrates, parsed, cancellationToken);
        using var train = curved is null ? null : OpenTraining();
        var curves = normalizations.Select(name => (name, Measure(name, second))).ToList();
        var aligned = method == AlignmentMethod.None ? null : Align();
        using var permuted = aligned?.Weights;
        var after = permuted is null ? [] : normalizations.Select(name => (name, Measure(name, permuted))).ToList();
        if (saved is not null)
        {
            AlignmentOutput.Save(aligned!, method, saved, files[0]);
        }

        var curve = train is null ? [] : MeasureCurve(train);
        var note = NoteOn(normalizations, network, recalibration, images);
        var matchedOn = AlignmentOutput.MatchedOn(method, recalibration);
        var metric = ScoreText.MetricOf(settings, images);
        if (parsed.GetValue(options.Shared.Json))
        {
            var document = BarrierOutput.Document(curves, note, metric.JsonKey);
            if (curved is { } epochs)
            {
                document["curve"] = BarrierOutput.Named(curve, metric.JsonKey);
                document["curve"]!["epochs"] = epochs;
            }

            if (aligned is not null)
            {
                document["aligned"] = BarrierOutput.Named(after, metric.JsonKey);
                AlignmentOutput.AddTo(document["aligned"]!.AsObject(), aligned);
                if (matchedOn is not null)
                {
                    document["aligned"]!["matchedOn"] = matchedOn;
                }
            }

            Json.Print(document);
        }
        else
        {
            BarrierOutput.Print([.. curves.Select(entry => (Called(entry.name), entry.Item2))], note, metric);
            if (aligned is not null)
            {
                AlignmentOutput.Print(aligned, method);
                AlignmentOutput.PrintMatched(matchedOn);
                BarrierOutput.Print(
                    [.. after.Select(entry => ($"aligned, {Called(entry.name)}", entry.Item2))],
                    null,
                    metric
                );
            }

            BarrierOutput.Print([.. curve.Select(entry => ($"curve, {entry.Item1}", entry.Item2))], null, metric);
        }

        return 0;

        string Called(string name) =>
            name == BarrierOptions.Raw || Recalibration.Applies(network) ? name : "activations rescaled";

        AlignedModel Align()
        {
            using var progress = new ProgressLine("aligning");
            return ModelAlignment.Align(
                network,
                first,
                second,
                images.Height,
                method,
                recalibration ?? images,
                settings,
                progress: progress,
                cancellationToken: cancellationToken
            );
        }

        ImageSet OpenTraining()
        {
            var opened = AnalysisInputs.Labelled(
                options.Shared,
                parsed,
                files[0],
                network,
                cancellationToken,
                options.Curve.TrainData!
            );
            ValidationImages.RefuseShared(opened, images, "--train-data");
            return opened;
        }

        List<(string, BarrierCurve)> MeasureCurve(ImageSet trained)
        {
            using var middle = TrainCurve(trained);
            // REPAIR is for straight lines: the middle of a curve is trained as it is.
            string[] measured = Recalibration.Applies(network) ? normalizations : [BarrierOptions.Raw];
            return
            [
                .. measured.Select(name => (name, Along(name == BarrierOptions.Raw ? null : recalibration ?? images))),
            ];

            BarrierCurve Along(ImageSet? recalibrateOn)
            {
                using var progress = new ProgressLine("curve");
                return BezierCurve.Measure(
                    network,
                    first,
                    middle,
                    second,
                    [.. lambdas.Where(t => t is >= 0 and <= 1)],
                    images,
                    settings,
                    recalibrateOn,
                    progress: progress,
                    cancellationToken: cancellationToken
                );
            }
        }

        StateDict TrainCurve(ImageSet trained)
        {
            var folder = Directory.CreateTempSubdirectory("transferlens-curve-");
            try
            {
                using var progress = new ProgressLine("training");
                return BezierCurve.Train(
                    network,
                    first,
                    second,
                    trained,
                    recipe!,
                    curved!.Value,
                    folder.FullName,
                    progress,
                    cancellationToken
                ) ?? throw new InputException("The training of the curve diverged. Lower --curve-rate.");
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        BarrierCurve Measure(string normalization, StateDict end)
        {
            using var progress = new ProgressLine(normalization);
            return BarrierMeasurement.Measure(
                network,
                first,
                end,
                lambdas,
                images,
                settings,
                normalization == BarrierOptions.Raw ? null : recalibration ?? images,
                progress: progress,
                cancellationToken: cancellationToken
            );
        }
    }

    private static int MeasurePlane(
        BarrierOptions options,
        BarrierSettings settings,
        ParseResult parsed,
        CancellationToken cancellationToken
    )
    {
        var files = options.Shared.WeightsOf(parsed, 3);
        var evaluation = AnalysisInputs.Prepare(options.Shared, parsed);
        using var network = AnalysisInputs.Network(options.Shared, parsed, files[0]);
        using var first = StateDict.Of(network);
        using var second = LoadOther(options, parsed, files[1], network);
        using var third = LoadOther(options, parsed, files[2], network);
        // Recalibrated where possible, since raw statistics blur what the plane shows of the weights.
        var normalization = Normalizations(parsed.GetValue(options.Normalization), network)[^1..];
        using var images = AnalysisInputs.Labelled(options.Shared, parsed, files[0], network, cancellationToken);
        using var recalibration = OpenRecalibration(options, Recalibrates(normalization), parsed, cancellationToken);
        using var progress = new ProgressLine("plane");
        var plane = ModelPlane.Measure(
            network,
            [first, second, third],
            settings.Plane,
            images,
            evaluation,
            Recalibrates(normalization) ? recalibration ?? images : null,
            progress: progress,
            cancellationToken: cancellationToken
        );
        progress.Dispose();
        var note = NoteOn(normalization, network, recalibration, images);
        var metric = ScoreText.MetricOf(evaluation, images);
        if (parsed.GetValue(options.Shared.Json))
        {
            Json.Print(PlaneOutput.Document(plane, note, metric.JsonKey));
        }
        else
        {
            PlaneOutput.Print(plane, note, metric);
        }

        return 0;
    }

    private static ImageSet? OpenRecalibration(
        BarrierOptions options,
        bool isNeeded,
        ParseResult parsed,
        CancellationToken cancellationToken
    ) =>
        parsed.GetValue(options.RecalibrateOn) is not null && isNeeded
            ? AnalysisInputs.ForStatistics(options.Shared, parsed, options.RecalibrateOn!, cancellationToken)
            : null;

    private static RecalibrationNote? NoteOn(
        string[] normalizations,
        Network network,
        ImageSet? recalibration,
        ImageSet images
    )
    {
        var note = RecalibrationNote.Create(Recalibrates(normalizations), recalibration, images);
        return note is null ? null : note with { IsRepair = !Recalibration.Applies(network) };
    }

    private static bool Recalibrates(string[] normalizations) => normalizations.Contains(BarrierOptions.Recalibrated);

    private static StateDict LoadOther(BarrierOptions options, ParseResult parsed, string file, Network first)
    {
        using var network = AnalysisInputs.Network(options.Shared, parsed, file);
        var (classes, others) = (AnalysisInputs.Classes(first), AnalysisInputs.Classes(network));
        return classes == others
            ? StateDict.Of(network)
            : throw new InputException(
                $"The first weights have {Counted.Classes(classes)} and '{file}' has {others}. "
                    + "Only weights of one network with the same classes can be interpolated."
            );
    }

    // Networks without batch normalization get REPAIR, which is for aligned models, or when it is asked for.
    private static string[] Normalizations(string? requested, Network network, bool aligns = false) =>
        requested is not null ? [requested]
        : aligns || Recalibration.Applies(network) ? [BarrierOptions.Raw, BarrierOptions.Recalibrated]
        : [BarrierOptions.Raw];
}
