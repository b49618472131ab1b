using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A sample of a <see cref="WebDataset"/>.</summary>
/// <param name="Shard">Its tar file.</param>
/// <param name="Key">Its path in the tar file up to the first dot of the name.</param>
/// <param name="Label">Its label.</param>
/// <param name="Offset">Where the image begins in the tar file; negative for a sample without image.</param>
/// <param name="Length">Bytes of the image.</param>
internal sealed record WebSample(string Shard, string Key, string Label, long Offset, long Length)
{
    /// <summary>Whether it has an image.</summary>
    public bool HasImage => Offset >= 0;

    /// <summary>What it is called in messages.</summary>
    public string Title => $"{Key} in {Shard}";

    /// <summary>The image's file.</summary>
    /// <exception cref="InputException">The tar file became shorter, or the image is too large.</exception>
    public byte[] Read()
    {
        if (Length > InputFile.MostBytes)
        {
            throw new InputException(
                $"The image '{Title}' has {Length} bytes; at most {InputFile.MostBytes} are allowed. Remove it."
            );
        }

        var bytes = new byte[Length];
        using var file = File.OpenHandle(Shard);
        return RandomAccess.Read(file, bytes, Offset) == bytes.Length
            ? bytes
            : throw new InputException($"The file '{Shard}' became shorter while it was being read; restore it.");
    }
}
