using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;
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
            "Convert a weights file to safetensors. Tensor names and values are kept, except that a leading "
                + "'module.' is removed from names."
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

    private static int Run(string file, string? requested, bool force)
    {
        var output = requested ?? Path.GetFullPath(Path.GetFileNameWithoutExtension(file) + ".safetensors");
        var isSame = Path.GetFullPath(output) == Path.GetFullPath(file);
        if (isSame || (File.Exists(output) && !force))
        {
            var advice = isSame ? "" : ", or replace it with --force";
            throw new InputException($"The output '{output}' exists already. Name another with --out{advice}.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
        {
            throw new InputException($"The folder of the output '{output}' does not exist. Create it first.");
        }

        using var weights = Checkpoint.Read(file);
        Safetensors.Write(output, weights);
        Console.WriteLine($"{weights.Count} tensors written to {output}");
        return 0;
    }
}
