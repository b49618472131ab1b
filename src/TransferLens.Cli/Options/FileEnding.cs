using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>The ending of a file that a command writes.</summary>
/// <param name="Ending">The ending, with its dot.</param>
/// <param name="Format">Name of the format.</param>
internal sealed record FileEnding(string Ending, string Format)
{
    /// <summary>Of weights.</summary>
    public static FileEnding Safetensors { get; } = new(".safetensors", "safetensors");

    /// <summary>Of networks.</summary>
    public static FileEnding Onnx { get; } = new(".onnx", "ONNX");

    /// <summary>Checks that the name tells the format, since other programs go by it.</summary>
    /// <param name="path">The file to write.</param>
    /// <exception cref="InputException">It has another ending.</exception>
    public void Check(string path)
    {
        if (!path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase))
        {
            var ending = Path.GetExtension(path) is { Length: > 0 } given ? $"'{given}'" : "no ending";
            throw new InputException(
                $"The output '{path}' has {ending}, but is written in the {Format} format. "
                    + $"Name it '{Path.GetFileNameWithoutExtension(path)}{Ending}'."
            );
        }
    }
}
