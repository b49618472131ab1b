using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>Checks a file to write before any work is done for it.</summary>
internal static class OutputFile
{
    /// <summary>Checks it.</summary>
    /// <param name="output">The file.</param>
    /// <param name="ending">The ending that it must have.</param>
    /// <param name="input">The file that is read.</param>
    /// <param name="force">Whether a file that exists is replaced.</param>
    /// <param name="option">The option that names the file.</param>
    /// <exception cref="InputException">It is a folder, the input, or there already, its folder is not there, or it has
    /// another ending.</exception>
    public static void Check(string output, FileEnding ending, string input, bool force, string option)
    {
        if (Directory.Exists(output))
        {
            throw new InputException($"The output '{output}' is a folder. Name a file in it.");
        }

        ending.Check(output);
        if (Path.GetFullPath(output) == Path.GetFullPath(input))
        {
            throw new InputException($"The output '{output}' is the input, which is not replaced. Name another file.");
        }

        if (File.Exists(output) && !force)
        {
            throw new InputException(
                $"The output '{output}' exists already. Name another with {option}, or replace it with --force."
            );
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(output))))
        {
            throw new InputException($"The folder of the output '{output}' does not exist. Create it first.");
        }
    }
}
