using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens export</c>: a network with its weights to ONNX.</summary>
internal sealed class ExportCommand
{
    private readonly AnalysisOptions shared = new(AnalysisOptions.OneCheckpoint);

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
        Description = "Version of ONNX's operator set, from 13 to 23; by default 17.",
        HelpName = "N",
    };

    private readonly Option<bool> force = new("--force") { Description = "Replace the output if it exists." };

    private ExportCommand() { }

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var export = new ExportCommand();
        export.shared.ClassNamesFile.Description =
            "File with the name of each class of the network, one per line, in the order of its outputs; by default "
            + "the names in config.json beside --weights, if any.";
        var command = new Command(
            "export",
            "Export a network with its weights to ONNX, and check the file's logits against the network's."
        )
        {
            export.shared.Network,
            export.shared.Weights,
            export.output,
            export.withPreprocessing,
            export.opset,
            export.force,
            export.shared.WeightsKey,
            export.shared.ClassNamesFile,
            export.shared.Size,
            export.shared.Resize,
            export.shared.ResizeModeName,
            export.shared.Normalize,
            export.shared.InterpolationName,
            export.shared.Preprocessing,
            export.shared.Classes,
            export.shared.Threads,
            export.shared.Json,
        };
        command.SetAction(export.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (file, path) = (shared.WeightsOf(parsed, 1)[0], parsed.GetRequiredValue(output).FullName);
        OutputFile.Check(path, FileEnding.Onnx, file, parsed.GetValue(force), output.Name);
        var images = shared.ImagesOf(parsed);
        foreach (var note in shared.StatedBesideWeights(parsed)?.Notes(images) ?? [])
        {
            InputNotes.Add(note);
        }

        NamedNetworks.Find(shared.NetworkOf(parsed)).CheckSize(images.Size);
        Threading.Use(ThreadCount.Capped(parsed.GetValue(shared.Threads)));
        using var network = AnalysisInputs.Network(shared, parsed, file);
        var settings = new OnnxExportSettings(images)
        {
            Opset = parsed.GetValue(opset),
            WithPreprocessing = parsed.GetValue(withPreprocessing),
            Classes = ClassesOf(parsed, file, AnalysisInputs.Classes(network)),
        };
        var result = OnnxExport.Write(path, network, settings);
        ExportOutput.Print(network.Name, path, settings, result, parsed.GetValue(shared.Json));
        return 0;
    }

    // Those beside the weights only if they are for this head: nobody has chosen them.
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
