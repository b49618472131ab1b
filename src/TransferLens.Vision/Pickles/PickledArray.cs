using System.Text;

namespace TransferLens.Vision.Pickles;

/// <summary>NumPy's element type.</summary>
/// <param name="Code">Its code, for example <c>f4</c>, or with the byte order <c>&lt;f4</c>.</param>
internal sealed record PickledType(string Code)
{
    /// <summary>Whether the bytes are in the order of big-endian machines, as its state says.</summary>
    public bool IsBigEndian { get; private set; } = Code.StartsWith('>');

    /// <summary>The code without the order of the bytes.</summary>
    public string Name => Code.TrimStart('<', '>', '|', '=');

    /// <summary>Sets the state: (version, order of the bytes, ...).</summary>
    public void Build(object? state) => IsBigEndian |= state is object?[] { Length: > 1 } parts && parts[1] is ">";
}

/// <summary>NumPy's array in a pickle, as <c>numpy.ndarray.__reduce__</c> writes it, in two steps.</summary>
internal sealed class PickledArray
{
    private const int MostAxes = 64;

    /// <summary>Its shape; empty until it is built.</summary>
    public long[] Shape { get; private set; } = [];

    /// <summary>The type of its elements; null until it is built.</summary>
    public PickledType? Type { get; private set; }

    /// <summary>Whether the first axis is contiguous, and not the last.</summary>
    public bool IsByColumn { get; private set; }

    /// <summary>Its elements; null if they are objects, which are not read.</summary>
    public byte[]? Bytes { get; private set; }

    /// <summary>Creates an array with its content.</summary>
    public static PickledArray Create(PickledType type, object?[] shape, bool isByColumn, byte[]? bytes) =>
        new()
        {
            Type = type,
            Shape = Lengths(shape),
            IsByColumn = isByColumn,
            Bytes = bytes,
        };

    /// <summary>Sets the content: (version, shape, type, column by column, bytes).</summary>
    public void Build(object?[] state)
    {
        (Shape, Type) = (Lengths((object?[])state[1]!), (PickledType)state[2]!);
        IsByColumn = state[3] is true;
        // Bytes of Python 2 that happen to be text.
        Bytes = state[4] is string text ? Encoding.UTF8.GetBytes(text) : state[4] as byte[];
    }

    // A hostile pickle uses one long tuple for many arrays.
    private static long[] Lengths(object?[] shape) =>
        shape.Length <= MostAxes
            ? Array.ConvertAll(shape, length => (long)length!)
            : throw new ArgumentException("NumPy's arrays have fewer axes.", nameof(shape));
}
