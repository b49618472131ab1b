using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>A stored tensor.</summary>
/// <remarks>
/// A file may store elements in one of several ways. After reading, <see cref="Raw"/> has them all, and has exactly the
/// bytes of the shape; only text stays in <see cref="Texts"/>.
/// </remarks>
internal sealed record OnnxTensor
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Type of the elements.</summary>
    public OnnxElement Element { get; init; } = OnnxElement.Undefined;

    /// <summary>The shape; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; init; } = [];

    /// <summary>The elements, little-endian, row by row.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>As a file may store elements of type float.</summary>
    public ImmutableArray<float> Floats { get; init; } = [];

    /// <summary>As a file may store integers of at most 32 bits, bool, and the bits of float16 and bfloat16.</summary>
    public ImmutableArray<int> Integers { get; init; } = [];

    /// <summary>As a file may store int64.</summary>
    public ImmutableArray<long> Longs { get; init; } = [];

    /// <summary>As a file may store double.</summary>
    public ImmutableArray<double> Doubles { get; init; } = [];

    /// <summary>As a file stores text.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Texts { get; init; } = [];

    /// <summary>Where the elements are when they are in another file: location, offset, length.</summary>
    public ImmutableArray<OnnxEntry> External { get; init; } = [];

    /// <summary>1 when the elements are in another file.</summary>
    public long Location { get; init; }

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>A stored copy of a libtorch tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The tensor, on any device.</param>
    /// <exception cref="ArgumentException">ONNX has no such type of elements.</exception>
    public static OnnxTensor FromTensor(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var whole = tensor.detach().cpu().contiguous();
        var element = OnnxElement.Find(whole.dtype)
            ?? throw new ArgumentException($"ONNX has no {whole.dtype}.", nameof(tensor));
        return new()
        {
            Name = name,
            Element = element,
            Shape = [.. whole.shape],
            Raw = whole.numel() == 0 ? default : whole.bytes.ToArray(),
        };
    }

    /// <summary>A new libtorch tensor with the elements, on the CPU.</summary>
    /// <exception cref="InputException">Its type has no counterpart in libtorch.</exception>
    public Tensor ToTensor()
    {
        var scalar = Element.Scalar ?? throw Unsupported();
        var tensor = empty(Shape.AsSpan(), scalar);
        if (Raw.IsEmpty)
        {
            return tensor;
        }

        Raw.Span.CopyTo(tensor.bytes);
        if (scalar == ScalarType.Bool)
        {
            // libtorch requires 0 or 1; other bytes mean true.
            foreach (ref var value in tensor.bytes)
            {
                value = value == 0 ? (byte)0 : (byte)1;
            }
        }

        return tensor;
    }

    private InputException Unsupported() =>
        new($"The ONNX tensor '{Name}' has elements of type {Element.Name}, which is not supported.");
}
