using System.CommandLine;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens soup</c>: the average of several checkpoints of one network, measured and saved.</summary>
internal static class SoupCommand
{
    private sealed record Own(Option<string?> RecalibrateOn, Option<FileInfo?> Save, Option<bool> Force);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new AnalysisOptions();
        var own = new Own(
            new("--recalibrate-on")
            {
                Description =
                    "Training images to recompute running statistics from, given as --data is, all of them whatever --limit; the images of --data unless given.",
            },
            new("--save") { Description = "Write the average here as safetensors, its running statistics recomputed." },
            new("--force") { Description = "Replace the file of --save if it exists." }
        );
        return options.Command(
            "soup",
            "Average the weights of two or more checkpoints of one network, and measure the average beside each of them and beside their ensemble: may they be averaged?",
            [options.Metric, own.RecalibrateOn, own.Save, own.Force],
            (parsed, cancellationToken) => Run(options, own, parsed, cancellationToken)
        );
    }

    private static int Run(AnalysisOptions options, Own own, ParseResult parsed, CancellationToken cancellationToken)
    {
        var files = options.WeightsOf(parsed, 2, int.MaxValue);
        var place = Place(own, parsed, files);
        var settings = AnalysisInputs.Prepare(options, parsed);
        var members = new List<Network>();
        try
        {
            foreach (var file in files)
            {
                members.Add(AnalysisInputs.Network(options, parsed, file));
            }

            Check(members, files);
            using var images = AnalysisInputs.Labelled(options, parsed, files[0], members[0], cancellationToken);
            var recalibrates = Recalibration.Applies(members[0]);
            using var others =
                recalibrates && parsed.GetValue(own.RecalibrateOn) is not null
                    ? AnalysisInputs.ForStatistics(options, parsed, own.RecalibrateOn!, cancellationToken)
                    : null;
            var recalibratedOn =
                !recalibrates ? null
                : others is not null ? "the images of --recalibrate-on"
                : "the evaluated images themselves, since --recalibrate-on was not given";
            var (result, weights) = SoupMeasurement.Measure(
                members,
                images,
                settings,
                recalibrates ? others ?? images : null,
                cancellationToken: cancellationToken
            );
            using (weights)
            {
                if (place is not null)
                {
                    Safetensors.Write(place, weights, SoupTask.Metadata(files.Count, result));
                }
            }

            if (parsed.GetValue(options.Json))
            {
                Json.Print(SoupDocument.Of(result, recalibratedOn, ScoreText.MetricOf(settings, images).JsonKey));
            }
            else
            {
                SoupDocument.Print(
                    result,
                    files,
                    recalibratedOn,
                    Math.Min((others ?? images).Count, Recalibration.DefaultImages),
                    place,
                    ScoreText.MetricOf(settings, images)
                );
            }

            return 0;
        }
        finally
        {
            members.ForEach(member => member.Dispose());
        }
    }

    // Before minutes of work, not after.
    private static string? Place(Own own, ParseResult parsed, IReadOnlyList<string> files)
    {
        if (parsed.GetValue(own.Save)?.FullName is not { } place)
        {
            return null;
        }

        if (files.Contains(place) || Directory.Exists(place) || (File.Exists(place) && !parsed.GetValue(own.Force)))
        {
            throw new InputException(
                $"The file '{place}' of --save {(files.Contains(place) ? "is one of the weights to average; name another" : Directory.Exists(place) ? "is a folder; name a file in it" : "exists already; name another, or replace it with --force")}."
            );
        }

        if (!Directory.Exists(Path.GetDirectoryName(place)))
        {
            throw new InputException($"The folder of '{place}' does not exist; make it first.");
        }

        // Whether a file can be made there at all is seen by making one.
        try
        {
            using var probe = new FileStream(
                $"{place}.{Environment.ProcessId}.part",
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder of '{place}' of --save cannot be written to; name another.", failure);
        }

        return place;
    }

    private static void Check(List<Network> members, IReadOnlyList<string> files)
    {
        var classes = members.Select(network => network.state_dict()[$"{network.Head.Name}.weight"].shape[0]).ToList();
        if (classes.FindIndex(count => count != classes[0]) is > 0 and var odd)
        {
            throw new InputException(
                $"The first weights have {classes[0]} classes and '{files[odd]}' has {classes[odd]}; only weights of one network with the same classes can be averaged."
            );
        }
    }
}
