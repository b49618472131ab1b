using System.CommandLine;
using System.CommandLine.Parsing;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>One weights file, given as the argument or as <c>--weights</c>.</summary>
internal sealed class WeightsArgument
{
    private readonly Argument<FileInfo?> argument = new("FILE")
    {
        Description = "Weights: safetensors, a PyTorch checkpoint or NumPy arrays, or a folder with one of them.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = File,
    };
    private readonly Option<FileInfo?> option = new("--weights")
    {
        Description = "The same as FILE.",
        HelpName = "FILE",
        CustomParser = File,
    };

    /// <summary><c>--weights-key KEY</c>.</summary>
    public Option<string?> Key { get; } = CreateKey();

    /// <summary>Creates the option <c>--weights-key</c>.</summary>
    public static Option<string?> CreateKey() =>
        new("--weights-key")
        {
            Description =
                "Which of several state dicts in a weights file, for example teacher or state_dict_ema; by default an "
                + "average over training before others. inspect lists them.",
            HelpName = "KEY",
        };

    /// <summary>Adds both forms to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(argument);
        command.Add(option);
        command.Add(Key);
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

    /// <summary>The full path of a weights file, or of a folder with weights, that exists.</summary>
    /// <exception cref="InputException">It does not exist.</exception>
    public static string Existing(FileInfo file) =>
        Path.Exists(file.FullName)
            ? file.FullName
            : throw new InputException($"The weights file '{file.FullName}' does not exist.");

    // As the default parser, except that an empty word is an error and not an exception.
    private static FileInfo? File(ArgumentResult result)
    {
        if (result.Tokens.Count == 0)
        {
            return null;
        }

        if (result.Tokens[^1].Value.Length == 0)
        {
            result.AddError("The weights file has an empty name. Name one.");
            return null;
        }

        return new(result.Tokens[^1].Value);
    }
}
