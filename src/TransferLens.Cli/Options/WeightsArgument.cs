using System.CommandLine;
using System.CommandLine.Parsing;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Hub;

namespace TransferLens.Cli.Options;

/// <summary>One weights file, given as the argument or as <c>--weights</c>.</summary>
internal sealed class WeightsArgument
{
    private readonly Argument<FileInfo?> argument = new("FILE")
    {
        Description = "Weights: safetensors, PyTorch or NumPy, a folder with one of them, or hf:OWNER/NAME.",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = File,
    };
    private readonly Option<FileInfo?> option = new("--weights")
    {
        Description = "The same as FILE.",
        HelpName = "FILE",
        CustomParser = File,
    };

    private const string KeyName = "--weights-key";

    /// <summary><c>--weights-key KEY</c>.</summary>
    public Option<string?> Key { get; } = CreateKey();

    /// <summary>Creates the option <c>--weights-key</c>.</summary>
    public static Option<string?> CreateKey() =>
        new(KeyName)
        {
            Description =
                "Which of several state dicts in a weights file, for example teacher or state_dict_ema; by default an "
                + "average over training before others. inspect lists them.",
            HelpName = "KEY",
        };

    /// <summary>Whether a command can choose one of several state dicts.</summary>
    public static bool HasKey(Command command) => command.Options.Any(option => option.Name == KeyName);

    /// <summary>How one of several state dicts is chosen: the option with an example.</summary>
    /// <param name="key">The key of one of them.</param>
    public static string Choice(string key) => $"{KeyName}, for example {KeyName} {key}.";

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

    /// <summary>
    /// The full path of a weights file, or of a folder with weights, that exists; <c>hf:OWNER/NAME</c> is fetched from
    /// the Hugging Face hub into its cache first.
    /// </summary>
    /// <exception cref="InputException">It does not exist, or cannot be fetched.</exception>
    public static string Existing(FileInfo file)
    {
        if (HubModel.IsNamed($"{file}"))
        {
            return Fetched(HubModel.Parse($"{file}"));
        }

        return Path.Exists(file.FullName)
            ? file.FullName
            : throw new InputException($"The weights file '{file.FullName}' does not exist.");
    }

    private static string Fetched(HubModel model)
    {
        using var progress = new ProgressLine("downloading");
        var snapshot = HubSnapshot.Open(model, HubSettings.From(Environment.GetEnvironmentVariable), progress);
        progress.Dispose();
        if (snapshot.Remark is { } remark)
        {
            InputNotes.Add(remark);
        }

        return snapshot.Folder;
    }

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
