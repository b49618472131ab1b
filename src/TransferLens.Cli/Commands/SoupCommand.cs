using System.CommandLine;
using TransferLens.Analyses.Alignment;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens soup</c>: the average of several checkpoints of one network, measured and saved.</summary>
internal static class SoupCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new SoupOptions();
        return options.Shared.Command(
            "soup",
            "Average the weights of two or more checkpoints, and compare the average with each of them and with their "
                + "ensemble.",
            options.Further,
            (parsed, cancellationToken) => Run(options, parsed, cancellationToken)
        );
    }

    private static int Run(SoupOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.Shared.WeightsOf(parsed, 2, int.MaxValue);
        var output = options.Output(parsed, files);
        var method = options.MethodOf(parsed);
        var settings = AnalysisInputs.Prepare(options.Shared, parsed);
        var members = new List<Network>();
        try
        {
            foreach (var file in files)
            {
                members.Add(AnalysisInputs.Network(options.Shared, parsed, file));
            }

            CheckClasses(members, files);
            Measure(options, parsed, members, files, settings, output, method, cancellationToken);
            return 0;
        }
        finally
        {
            members.ForEach(member => member.Dispose());
        }
    }

    private static void Measure(
        SoupOptions options,
        ParseResult parsed,
        List<Network> members,
        IReadOnlyList<string> files,
        EvaluationSettings settings,
        string? output,
        string method,
        CancellationToken cancellationToken
    )
    {
        using var images = AnalysisInputs.Labelled(options.Shared, parsed, files[0], members[0], cancellationToken);
        using var validation =
            method == SoupOptions.Uniform ? null : Validation(options, parsed, files[0], members[0], cancellationToken);
        if (validation is not null)
        {
            ValidationImages.RefuseShared(validation, images);
        }

        var recalibrates = Recalibration.Applies(members[0]);
        using var recalibration = parsed.GetValue(options.RecalibrateOn) is not null
            ? AnalysisInputs.ForStatistics(options.Shared, parsed, options.RecalibrateOn!, cancellationToken)
            : null;
        var names = ModelNames.Create(options.Shared.WeightsGiven(parsed));
        using var soups = MeasuredSoups.Measure(
            members,
            (images, validation, recalibration ?? images),
            settings,
            cancellationToken
        );
        using var moved =
            options.Align.MethodOf(parsed) is var by && by == AlignmentMethod.None
                ? null
                : AlignedMembers.Align(members, recalibration ?? images, settings, by, cancellationToken);
        using var aligned = moved is null
            ? null
            : MeasuredSoups.Measure(
                members,
                (images, validation, recalibration ?? images),
                settings,
                cancellationToken
            );
        if (output is not null)
        {
            (aligned ?? soups).Save(
                output,
                recalibration is null ? "the images of --data" : "the images of --recalibrate-on",
                moved?.Method
            );
        }

        var note = RecalibrationNote.Create(recalibrates, recalibration, images);
        var metric = ScoreText.MetricOf(settings, images);
        var withUniform = method != SoupOptions.Greedy;
        if (parsed.GetValue(options.Shared.Json))
        {
            var document = SoupDocument.Create(soups.Uniform, soups.Greedy, names, withUniform, note, metric.JsonKey);
            if (aligned is not null)
            {
                document["aligned"] = SoupDocument.Create(
                    aligned.Uniform,
                    aligned.Greedy,
                    names,
                    withUniform,
                    null,
                    metric.JsonKey
                );
                moved!.AddTo(document["aligned"]!.AsObject(), names);
            }

            Json.Print(document);
            return;
        }

        SoupDocument.Print(soups.Uniform, soups.Greedy, names, withUniform, note, metric);
        if (aligned is not null)
        {
            moved!.Print(names);
            AlignmentOutput.PrintMatched(AlignmentOutput.MatchedOn(moved.Method, recalibration));
            SoupDocument.PrintAligned(aligned.Uniform, aligned.Greedy, names, withUniform, metric);
        }

        if (output is not null)
        {
            var what = $"{(aligned is null ? "" : "aligned ")}{(soups.Greedy is null ? "uniform" : "greedy")}";
            Console.WriteLine($"{char.ToUpperInvariant(what[0])}{what[1..]} soup written to {output}");
        }
    }

    private static ImageSet Validation(
        SoupOptions options,
        ParseResult parsed,
        string file,
        Network network,
        CancellationToken cancellationToken
    ) => AnalysisInputs.Labelled(options.Shared, parsed, file, network, cancellationToken, options.Validation!);

    private static void CheckClasses(List<Network> members, IReadOnlyList<string> files)
    {
        var classes = members.ConvertAll(AnalysisInputs.Classes);
        if (classes.FindIndex(count => count != classes[0]) is > 0 and var odd)
        {
            throw new InputException(
                $"The first weights have {classes[0]} classes and '{files[odd]}' has {classes[odd]}. "
                    + "Only weights of one network with the same classes can be averaged."
            );
        }
    }
}
