using System.CommandLine;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>One weights file, given as the argument or as <c>--weights</c>.</summary>
internal sealed class WeightsArgument
{
    private readonly Argument<FileInfo?> argument = new("FILE")
    {
        Description = "Weights: safetensors or a PyTorch checkpoint.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<FileInfo?> option = new("--weights")
    {
        Description = "The same as FILE.",
        HelpName = "FILE",
    };

    /// <summary>Adds both forms to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(argument);
        command.Add(option);
    }

    /// <summary>The file's full path.</summary>
    /// <exception cref="InputException">No file was given, or it does not exist.</exception>
    public string Of(ParseResult parsed)
    {
        var file = parsed.GetValue(argument)
            ?? parsed.GetValue(option)
            ?? throw new InputException("No weights file was given. Name one after the command.");
        return Existing(file);
    }

    /// <summary>The full path of a weights file that exists.</summary>
    /// <exception cref="InputException">It does not exist, or is a folder.</exception>
    public static string Existing(FileInfo file)
    {
        if (file.Exists)
        {
            return file.FullName;
        }

        var problem = Directory.Exists(file.FullName) ? "is a folder. Name a file in it." : "does not exist.";
        throw new InputException($"The weights file '{file.FullName}' {problem}");
    }
}
