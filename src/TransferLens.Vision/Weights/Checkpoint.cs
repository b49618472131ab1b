using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>A weights file of any format that is read: safetensors, or a PyTorch checkpoint of either format.</summary>
public static partial class Checkpoint
{
    /// <summary>
    /// Reads a state dict. The format is told from the content, not from the name. A leading <c>module.</c>, which
    /// PyTorch's DataParallel leaves behind, is stripped when every name has it. DenseNet's dense layers have been renamed since its
    /// weights were published, from <c>denselayer1.norm.1</c> to <c>denselayer1.norm1</c>; they get their names of today.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file is missing, damaged, of an unknown format, or refused; says why.</exception>
    public static StateDict Read(string path)
    {
        using var read = IsSafetensors(path) ? Safetensors.Read(path) : PyTorchFile.Read(path);
        if (read.Keys.FirstOrDefault(name => name.Any(char.IsControl)) is { } odd)
        {
            throw new InputException(
                $"'{path}' is refused: the name of its tensor '{WeightsFile.Shown(odd)}' has control characters; get the file again."
            );
        }

        const string prefix = "module.";
        var strip = read.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        return new(
            read.Select(entry =>
                KeyValuePair.Create(Today(strip ? entry.Key[prefix.Length..] : entry.Key), entry.Value.alias())
            )
        );

        string Today(string name) =>
            OldDenseLayer().Replace(name, "$1$2") is var renamed && read.ContainsKey(renamed) ? name : renamed;
    }

    [GeneratedRegex(@"^(.*\bdenselayer\d+\.(?:norm|conv))\.([12]\.)", RegexOptions.CultureInvariant)]
    private static partial Regex OldDenseLayer();

    // A safetensors file has the first brace of its header at the ninth byte.
    private static bool IsSafetensors(string path)
    {
        using var file = WeightsFile.Open(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, 9, throwOnEndOfStream: false) == 9
            && start[8] == (byte)'{'
            && !start[..2].SequenceEqual("PK"u8);
    }
}
