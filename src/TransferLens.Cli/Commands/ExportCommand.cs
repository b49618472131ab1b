using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens export</c>: a model of a study, or a network with its weights, to ONNX.</summary>
internal sealed class ExportCommand
{
    private readonly AnalysisOptions shared = new(AnalysisOptions.OneCheckpoint);
    private readonly StudyModelOptions study = new();

    private readonly Option<FileInfo> output = new("--output", "-o")
    {
        Description = "The ONNX file to write.",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<bool> withPreprocessing = new("--with-preprocessing")
    {
        Description = "Normalize in the graph: it then takes RGB values in [0, 1] instead of normalized ones.",
    };

    private readonly Option<int?> opset = new("--opset")
    {
        Description =
            "Version of ONNX's operator set, from 13 to 23; by default 17. A network from a file keeps its own.",
        HelpName = "N",
    };

    private readonly Option<bool> force = new("--force") { Description = "Replace the output if it exists." };

    private ExportCommand() { }

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var export = new ExportCommand();
        export.shared.Network.Required = false;
        export.shared.ClassNamesFile.Description =
            "File with the name of each class of the network, one per line, in the order of its outputs; by default "
            + "the names in config.json next to --weights, if any.";
        var command = new Command(
            "export",
            "Export a model of a finished study, or a network with its weights, to ONNX, and check the file's logits "
                + "against the network's."
        )
        {
            export.study.Run,
            export.study.Target,
            export.study.Model,
            export.shared.Network,
            export.shared.Weights,
            export.output,
            export.withPreprocessing,
            export.opset,
            export.force,
        };
        Option[] stated =
        [
            export.shared.WeightsKey,
            export.shared.ClassNamesFile,
            export.shared.Size,
            export.shared.Resize,
            export.shared.ResizeModeName,
            export.shared.Normalize,
            export.shared.InterpolationName,
            export.shared.Preprocessing,
            export.shared.Classes,
        ];
        foreach (var option in stated.Append(export.shared.Threads).Append(export.shared.Json))
        {
            command.Add(option);
        }

        export.study.AddCheck(
            command,
            export.shared.Network,
            [export.shared.Network, export.shared.Weights, .. stated]
        );
        command.SetAction(export.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (study.Find(parsed) is { } model)
        {
            CheckOutput(parsed, model.Weights);
            Threading.Use(ThreadCount.Capped(parsed.GetValue(shared.Threads)));
            using var trained = model.Load();
            Write(parsed, trained, model.Images, model.Classes, model);
            return 0;
        }

        var file = shared.WeightsOf(parsed, 1)[0];
        CheckOutput(parsed, file);
        var images = shared.ImagesOf(parsed);
        foreach (var note in shared.StatedBesideWeights(parsed)?.Notes(images) ?? [])
        {
            InputNotes.Add(note);
        }

        NamedNetworks.Find(shared.NetworkOf(parsed)).CheckSize(images.Size);
        Threading.Use(ThreadCount.Capped(parsed.GetValue(shared.Threads)));
        using var network = AnalysisInputs.Network(shared, parsed, file);
        Write(parsed, network, images, ClassesOf(parsed, file, AnalysisInputs.Classes(network)));
        return 0;
    }

    private void CheckOutput(ParseResult parsed, string input) =>
        OutputFile.Check(PathOf(parsed), FileEnding.Onnx, input, parsed.GetValue(force), output.Name);

    private string PathOf(ParseResult parsed) => parsed.GetRequiredValue(output).FullName;

    private void Write(
        ParseResult parsed,
        Network network,
        ImageSettings images,
        ImmutableArray<string>? classes,
        StudyModel? model = null
    )
    {
        var settings = new OnnxExportSettings(images)
        {
            Opset = parsed.GetValue(opset),
            WithPreprocessing = parsed.GetValue(withPreprocessing),
            Classes = classes,
        };
        var result = OnnxExport.Write(PathOf(parsed), network, settings);
        var title = model?.Architecture.Title ?? network.Name;
        ExportOutput.Print(title, PathOf(parsed), settings, result, parsed.GetValue(shared.Json), model?.Offer);
    }

    // Those next to the weights only if they are for this head: nobody has chosen them.
    private ImmutableArray<string>? ClassesOf(ParseResult parsed, string file, long classes) =>
        shared.ClassNamesOf(parsed) is { } given
            ? given.Length == classes
                ? given
                : throw new InputException(
                    $"--class-names has {given.Length} names, but the head in '{file}' has {Counted.Classes(classes)}. "
                        + "Name every class of the head in its order."
                )
            : WeightsClasses.Find(file) is { Names: var stated } && stated.Length == classes
                ? stated
                : null;
}
