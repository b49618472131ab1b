using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>Reads weights files: safetensors, and PyTorch checkpoints in both of PyTorch's formats.</summary>
public static partial class Checkpoint
{
    /// <summary>
    /// Reads a state dict. The content decides the format, not the file's name. The prefix <c>module.</c> of PyTorch's
    /// DataParallel is removed if every name has it. Old names of DenseNet's layers, such as
    /// <c>denselayer1.norm.1</c>, become today's <c>denselayer1.norm1</c>.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file is missing, damaged, in an unknown format, or unsafe; the message
    /// says which.</exception>
    public static StateDict Read(string path)
    {
        using var read = IsSafetensors(path) ? Safetensors.Read(path) : PyTorchFile.Read(path);
        if (read.Keys.FirstOrDefault(name => name.Any(char.IsControl)) is { } odd)
        {
            throw new InputException(
                $"The name of a tensor in '{path}', '{WeightsFile.Printable(odd)}', contains control characters. "
                    + "Download or export the file again."
            );
        }

        const string prefix = "module.";
        var strip = read.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        return new(
            read.Select(entry =>
                KeyValuePair.Create(CurrentName(strip ? entry.Key[prefix.Length..] : entry.Key), entry.Value.alias())
            )
        );

        string CurrentName(string name) =>
            OldDenseLayer().Replace(name, "$1$2") is var renamed && read.ContainsKey(renamed) ? name : renamed;
    }

    [GeneratedRegex(@"^(.*\bdenselayer\d+\.(?:norm|conv))\.([12]\.)", RegexOptions.CultureInvariant)]
    private static partial Regex OldDenseLayer();

    // The header of a safetensors file starts with a brace, at the ninth byte of the file.
    private static bool IsSafetensors(string path)
    {
        using var file = WeightsFile.Open(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, 9, throwOnEndOfStream: false) == 9
            && start[8] == (byte)'{'
            && !start[..2].SequenceEqual("PK"u8);
    }
}
