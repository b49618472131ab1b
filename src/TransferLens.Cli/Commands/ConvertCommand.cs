using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens convert</c>: a weights file of any known format to safetensors.</summary>
internal static class ConvertCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new WeightsArgument();
        var place = new Argument<FileInfo?>("OUTPUT")
        {
            Description = "The file to write.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<FileInfo?>("--out", "-o")
        {
            Description = "The same as OUTPUT; by default FILE's name with .safetensors, in the current folder.",
            HelpName = "FILE",
        };
        var force = new Option<bool>("--force") { Description = "Replace the output if it exists." };
        var command = new Command(
            "convert",
            "Convert a weights file to safetensors. Values are kept. Tensors get the names of the network that they "
                + "fit; if they fit none, names are kept without a leading 'module.'."
        )
        {
            output,
            force,
        };
        file.AddTo(command);
        command.Add(place);
        command.SetAction(parsed =>
            Run(
                file.Of(parsed),
                parsed.GetValue(file.Key),
                (parsed.GetValue(place) ?? parsed.GetValue(output))?.FullName,
                parsed.GetValue(force)
            )
        );
        return command;
    }

    private static int Run(string file, string? key, string? requested, bool force)
    {
        var output = requested ?? Path.GetFullPath(Path.GetFileNameWithoutExtension(file) + ".safetensors");
        OutputFile.Check(output, FileEnding.Safetensors, file, force, "--out");
        using var read = Checkpoint.Identify(file, key);
        WeightsNotes.Add(file, read.Notes);
        Safetensors.Write(output, read.Weights, Metadata(read));
        if (read.Network is { } network)
        {
            Console.WriteLine($"{network.Name} {ClassesText(read.Classes)}");
        }

        Console.WriteLine($"{read.Weights.Count} tensors written to {output}");
        return 0;
    }

    // Other networks may have the same tensors, and what tells them apart is not in the output.
    private static Dictionary<string, string>? Metadata(CheckpointWeights read) =>
        read.Network is { } network ? new() { [Safetensors.NetworkEntry] = network.Name } : null;

    private static string ClassesText(int? classes) =>
        classes is { } count ? $"with {Counted.Classes(count)}" : "without a head";
}
