using System.Globalization;
using System.Text;

namespace TransferLens.Vision.Weights;

/// <summary>
/// NumPy's arrays in a pickle, as <c>numpy.ndarray.__reduce__</c> writes them. Detectron's files consist of them.
/// </summary>
internal static class NumpyArrays
{
    /// <summary>The array, type or blank that a function of NumPy makes; null if it makes none of them.</summary>
    public static object? Construct(PyTorchObjects objects, PickleMachine.Global global, object?[] arguments) =>
        (Module(global.Module), global.Name) switch
        {
            ("core.multiarray", "_reconstruct") => new NumpyArray(),
            ("core.numeric", "_frombuffer") => FromBuffer(objects, arguments),
            ("", "dtype") => new NumpyType(Convert.ToString(arguments[0], CultureInfo.InvariantCulture) ?? ""),
            _ => null,
        };

    /// <summary><c>_codecs.encode(text, "latin1")</c>, in which Python 3 writes bytes for Python 2.</summary>
    public static object? Encode(object?[] arguments) =>
        arguments is [string text, "latin1", ..] ? Encoding.Latin1.GetBytes(text) : new Opaque("_codecs.encode");

    // (buffer, type, shape, order)
    private static object FromBuffer(PyTorchObjects objects, object?[] arguments) =>
        arguments is [byte[] bytes, NumpyType type, object?[] shape, ..]
            ? NumpyArray.View(objects, type, shape, arguments.Length > 3 && arguments[3] is "F", bytes)
            : new Opaque("numpy.ndarray").With(arguments);

    // NumPy 2 renamed numpy.core.
    private static string? Module(string module) =>
        module switch
        {
            "numpy" => "",
            _ when module.StartsWith("numpy.core.", StringComparison.Ordinal) => module["numpy.".Length..],
            _ when module.StartsWith("numpy._core.", StringComparison.Ordinal) => module["numpy._".Length..],
            _ => null,
        };
}

/// <summary>NumPy's element type, for example <c>f4</c>.</summary>
/// <param name="Code">Its code, without the byte order.</param>
internal sealed record NumpyType(string Code)
{
    /// <summary>Whether the bytes are in the order of big-endian machines, as its state says.</summary>
    public bool IsBigEndian { get; set; } = Code.StartsWith('>');

    /// <summary>The same type here; null if there is none.</summary>
    public TensorType? Tensor =>
        Code.TrimStart('<', '|', '=') switch
        {
            _ when IsBigEndian => null,
            "f4" => TensorType.Named("F32"),
            "f8" => TensorType.Named("F64"),
            "f2" => TensorType.Named("F16"),
            "i8" => TensorType.Named("I64"),
            "i4" => TensorType.Named("I32"),
            "i2" => TensorType.Named("I16"),
            "i1" => TensorType.Named("I8"),
            "u1" => TensorType.Named("U8"),
            "b1" or "?" => TensorType.Named("BOOL"),
            _ => null,
        };
}

/// <summary>An array that the pickle builds in two steps.</summary>
internal sealed class NumpyArray
{
    /// <summary>The tensor, once built: a <see cref="TensorView"/> or an <see cref="UnreadableTensor"/>.</summary>
    public object? Tensor { get; private set; }

    /// <summary>Sets the content: (version, shape, type, column by column, bytes).</summary>
    public void Build(PyTorchObjects objects, object?[] state)
    {
        var bytes = state[4] switch
        {
            byte[] given => given,
            string text => Encoding.UTF8.GetBytes(text),
            _ => null,
        };
        Tensor = View(objects, (NumpyType)state[2]!, (object?[])state[1]!, state[3] is true, bytes);
    }

    /// <summary>The tensor of an array.</summary>
    public static object View(PyTorchObjects objects, NumpyType type, object?[] lengths, bool byColumn, byte[]? bytes)
    {
        var shape = Array.ConvertAll(lengths, n => (long)n!);
        if (WeightsFile.CountElements(shape) is not { } count)
        {
            throw objects.Broken("it has an array of an impossible shape");
        }

        if (type.Tensor is not { } element || bytes is null)
        {
            return new UnreadableTensor(shape, $"has NumPy's type {WeightsFile.Printable(type.Code)}");
        }

        if (count * element.Bytes != bytes.Length)
        {
            throw objects.Broken($"it has an array of {count} elements in {bytes.Length} bytes");
        }

        return new TensorView(objects.AddArray(element, bytes), 0, shape, Strides(shape, byColumn));
    }

    /// <summary>Strides of a full array: the last axis is contiguous, or the first, column by column.</summary>
    public static long[] Strides(long[] shape, bool byColumn)
    {
        var (strides, stride) = (new long[shape.Length], 1L);
        for (var i = 0; i < shape.Length; i++)
        {
            var axis = byColumn ? i : shape.Length - 1 - i;
            strides[axis] = stride;
            stride *= Math.Max(1, shape[axis]);
        }

        return strides;
    }
}
