using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens soup</c>.</summary>
internal sealed class SoupOptions
{
    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("Two or more checkpoints of one network");

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn();

    /// <summary><c>--save FILE</c>.</summary>
    public Option<FileInfo?> Save { get; } =
        new("--save")
        {
            Description = "Write the average, with recomputed running statistics, to this safetensors file.",
            HelpName = "FILE",
        };

    /// <summary><c>--force</c>.</summary>
    public Option<bool> Force { get; } = new("--force") { Description = "Replace the file of --save if it exists." };

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further => [Shared.Metric, RecalibrateOn, Save, Force];

    /// <summary>The file to write, checked before the measurement; null for none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">The weights to average.</param>
    /// <exception cref="InputException">The file cannot be written or must not be replaced.</exception>
    public string? Output(ParseResult parsed, IReadOnlyList<string> files)
    {
        if (parsed.GetValue(Save)?.FullName is not { } path)
        {
            return null;
        }

        FileEnding.Safetensors.Check(path);
        CheckName(path, files, parsed.GetValue(Force));
        CheckFolder(path);
        return path;
    }

    private static void CheckName(string path, IReadOnlyList<string> files, bool force)
    {
        if (files.Contains(path))
        {
            throw new InputException($"The file '{path}' of --save is one of the weights to average. Name another.");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' of --save is a folder. Name a file in it.");
        }

        if (File.Exists(path) && !force)
        {
            throw new InputException(
                $"The file '{path}' of --save exists already. Name another, or replace it with --force."
            );
        }
    }

    private static void CheckFolder(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new InputException($"The folder of '{path}' does not exist. Create it first.");
        }

        try
        {
            // Permissions alone do not show whether a file can be created.
            using var probe = new FileStream(
                $"{path}.{Environment.ProcessId}.part",
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder of '{path}' of --save cannot be written. Name another.", failure);
        }
    }
}
