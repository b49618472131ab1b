using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens convert</c>: a weights file of any known format to safetensors.</summary>
internal static class ConvertCommand
{
    /// <summary>Makes the command.</summary>
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
            Description = "The same as OUTPUT; FILE's name with .safetensors in this folder unless given.",
        };
        var force = new Option<bool>("--force") { Description = "Replace the output if it exists." };
        var command = new Command(
            "convert",
            "Write a weights file as safetensors, names and values unchanged but for a leading 'module.'."
        )
        {
            output,
            force,
        };
        file.AddTo(command);
        command.Add(place);
        command.SetAction(parsed =>
            Run(file.Of(parsed), (parsed.GetValue(place) ?? parsed.GetValue(output))?.FullName, parsed.GetValue(force))
        );
        return command;
    }

    private static int Run(string file, string? chosen, bool force)
    {
        var output = chosen ?? Path.GetFullPath(Path.GetFileNameWithoutExtension(file) + ".safetensors");
        if (Path.GetFullPath(output) == Path.GetFullPath(file) || (File.Exists(output) && !force))
        {
            throw new InputException(
                $"The output '{output}' exists already; name another with --out{(Path.GetFullPath(output) == Path.GetFullPath(file) ? "" : ", or replace it with --force")}."
            );
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
        {
            throw new InputException($"The folder of the output '{output}' does not exist; make it first.");
        }

        using var weights = Checkpoint.Read(file);
        Safetensors.Write(output, weights);
        Console.WriteLine($"{weights.Count} tensors written to {output}");
        return 0;
    }
}
