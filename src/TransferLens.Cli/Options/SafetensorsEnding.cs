using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>The ending of a file that a command writes weights to.</summary>
internal static class SafetensorsEnding
{
    private const string Ending = ".safetensors";

    /// <summary>Checks that the name tells the format, since other programs go by it.</summary>
    /// <param name="path">The file to write.</param>
    /// <exception cref="InputException">It has another ending.</exception>
    public static void Check(string path)
    {
        if (!path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase))
        {
            var ending = Path.GetExtension(path) is { Length: > 0 } given ? $"'{given}'" : "no ending";
            throw new InputException(
                $"The output '{path}' has {ending}, but is written in the safetensors format. "
                    + $"Name it '{Path.GetFileNameWithoutExtension(path)}{Ending}'."
            );
        }
    }
}
