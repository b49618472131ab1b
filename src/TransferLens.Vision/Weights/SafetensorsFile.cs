using System.Collections.Immutable;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>A safetensors file, open for reading.</summary>
internal sealed class SafetensorsFile : TensorFile
{
    private readonly FileStream file;
    private readonly long data;

    private SafetensorsFile(string path, FileStream file)
        : base(path)
    {
        this.file = file;
        var header = SafetensorsHeader.Read(path, file);
        data = header.Data;
        Network = header.Metadata.GetValueOrDefault(Safetensors.NetworkEntry);
        Tensors =
        [
            .. header.Entries.Select(entry => new StoredTensor("", entry.Name, entry.Shape, entry)
            {
                Problem = entry.Type is null ? $"has the type {entry.TypeName}" : null,
            }),
        ];
    }

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override string? Network { get; }

    /// <summary>Opens a file, and takes ownership of the stream.</summary>
    public static SafetensorsFile Open(string path, FileStream file)
    {
        try
        {
            return new(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => file.Dispose();

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen) =>
        [.. chosen.Select(tensor => Read((SafetensorsEntry)tensor.Source))];

    private Tensor Read(SafetensorsEntry entry)
    {
        var bytes = new byte[entry.End - entry.Begin];
        file.Position = data + entry.Begin;
        file.ReadExactly(bytes);
        return entry.Type!.CreateTensor(bytes, entry.Shape);
    }
}
