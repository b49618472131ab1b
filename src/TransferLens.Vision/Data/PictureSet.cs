using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Data;

/// <summary>
/// Labelled pictures of one size as uint8, in a fixed order. Read-only and safe to share between threads.
/// </summary>
public abstract class PictureSet : IDisposable
{
    /// <summary>Side of a picture in pixels.</summary>
    public abstract int Size { get; }

    /// <summary>Number of pictures.</summary>
    public int Count => Labels.Length;

    /// <summary>Names of the classes; a label is an index into them.</summary>
    public abstract ImmutableArray<string> Classes { get; }

    /// <summary>Label of each picture.</summary>
    public abstract ImmutableArray<int> Labels { get; }

    /// <summary>Name of each picture: its path below the data set's folder, or its number.</summary>
    public abstract ImmutableArray<string> Names { get; }

    /// <summary>Some of the pictures, in the order asked for.</summary>
    /// <param name="indices">Which, each in [0, Count).</param>
    /// <returns>A new uint8 tensor (indices, 3, Size, Size), red, green, blue; the caller's to dispose.</returns>
    public abstract Tensor Read(ReadOnlySpan<int> indices);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the set holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
