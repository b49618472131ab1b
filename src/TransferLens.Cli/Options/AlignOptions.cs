using System.CommandLine;
using TransferLens.Analyses.Alignment;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Options;

/// <summary>The options that permute channels of one model to fit those of another.</summary>
/// <param name="methods">The methods that the command has.</param>
internal sealed class AlignOptions(params AlignmentMethod[] methods)
{
    /// <summary><c>--align</c>.</summary>
    public Option<string> Method { get; } = Create(methods);

    /// <summary><c>--save-aligned</c>.</summary>
    public SavedWeights Saved { get; } =
        new(
            "--save-aligned",
            "Write the permuted second model to this safetensors file. It is equivalent to the original."
        );

    /// <summary>All options.</summary>
    public IEnumerable<Option> All => [Method, Saved.Option, Saved.Force];

    /// <summary>How channels are matched.</summary>
    public AlignmentMethod MethodOf(ParseResult parsed) =>
        methods.First(method => EnumWords<AlignmentMethod>.Of(method) == parsed.GetValue(Method));

    /// <summary>Whether a file is to be written.</summary>
    public bool IsSaved(ParseResult parsed) => parsed.GetValue(Saved.Option) is not null;

    /// <summary>The file to write, checked before the measurement; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The weights that are read.</param>
    /// <exception cref="InputException">Nothing is aligned, or the file cannot be written.</exception>
    public string? FileOf(ParseResult parsed, IReadOnlyList<string> files)
    {
        var path = Saved.Check(parsed, files, "to align");
        return path is not null && MethodOf(parsed) == AlignmentMethod.None
            ? throw new InputException("--save-aligned writes permuted weights; add --align weights.")
            : path;
    }

    private static Option<string> Create(AlignmentMethod[] methods)
    {
        string[] words = [.. methods.Select(EnumWords<AlignmentMethod>.Of)];
        var option = new Option<string>("--align")
        {
            Description =
                "Also measure after permuting hidden channels of the other models to fit the first, matched by their "
                + $"{string.Join(" or ", words[1..])}.",
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => words[0],
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
