using System.CommandLine;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>The option that names a safetensors file for weights that a command makes, and <c>--force</c>.</summary>
/// <param name="name">Name of the option, for example <c>--save</c>.</param>
/// <param name="description">What is written, in one sentence.</param>
internal sealed class SavedWeights(string name, string description)
{
    /// <summary>The option.</summary>
    public Option<FileInfo?> Option { get; } = new(name) { Description = description, HelpName = "FILE" };

    /// <summary><c>--force</c>.</summary>
    public Option<bool> Force { get; } = new("--force") { Description = $"Replace the file of {name} if it exists." };

    /// <summary>The file to write, checked before the measurement; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The weights that are read.</param>
    /// <param name="use">What they are read for, for example <c>to average</c>.</param>
    /// <exception cref="InputException">The file cannot be written or must not be replaced.</exception>
    public string? Check(ParseResult parsed, IReadOnlyList<string> files, string use)
    {
        if (parsed.GetValue(Option)?.FullName is not { } path)
        {
            return null;
        }

        FileEnding.Safetensors.Check(path);
        CheckName(path, files, use, parsed.GetValue(Force));
        CheckFolder(path);
        return path;
    }

    private void CheckName(string path, IReadOnlyList<string> files, string use, bool force)
    {
        if (files.Contains(path))
        {
            throw new InputException($"The file '{path}' of {name} is one of the weights {use}. Name another.");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' of {name} is a folder. Name a file in it.");
        }

        if (File.Exists(path) && !force)
        {
            throw new InputException(
                $"The file '{path}' of {name} exists already. Name another, or replace it with --force."
            );
        }
    }

    private void CheckFolder(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new InputException($"The folder of '{path}' does not exist. Create it first.");
        }

        try
        {
            OutputFolder.CreateFile($"{path}.{Environment.ProcessId}.part");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder of '{path}' of {name} cannot be written. Name another.", failure);
        }
    }
}
