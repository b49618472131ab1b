using System.Collections.Concurrent;
using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Onnx.Files;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>ONNX files as networks of studies.</summary>
internal sealed class OnnxFormat() : NetworkFormat(OnnxParts.Ending)
{
    private const string Prefix = "onnx:";

    // By name, so by content.
    private readonly ConcurrentDictionary<string, NetworkArchitecture> known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override NetworkDeclaration Read(string path)
    {
        var name = Prefix + OnnxParts.Digest(path);
        return known.TryGetValue(name, out var read) && read.Title == Path.GetFileName(path)
            ? read
            : known[name] = OnnxNetwork.Read(path, name);
    }

    /// <inheritdoc/>
    public override (ImageSettings Images, ImmutableArray<string> Remarks) ReadPreprocessing(string path) =>
        OnnxPreprocessing.Read(path);

    /// <inheritdoc/>
    public override void Keep(string path, string folder)
    {
        var kept = Path.Combine(folder, OnnxParts.Digest(path));
        if (!Directory.Exists(kept))
        {
            Directory.CreateDirectory(folder);
            OnnxParts.Copy(path, kept);
        }
    }

    /// <inheritdoc/>
    public override NetworkDeclaration? Find(string name, string folder)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (known.TryGetValue(name, out var read))
        {
            return read;
        }

        var kept = Path.Combine(folder, name[Prefix.Length..]);
        if (!Directory.Exists(kept) || Directory.GetFiles(kept, $"*{Ending}") is not [var path])
        {
            return null;
        }

        var found = Read(path);
        return found.Name == name
            ? found
            : throw new InputException(
                $"The copy of a network '{path}' was changed. Remove its folder, and run the study again."
            );
    }
}
