using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Numpy;

/// <summary>
/// The beginning of NumPy's <c>.npy</c>: the type, shape and order of an array. Source:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
/// </summary>
/// <param name="Type">The type of the elements, which may be one that is not read.</param>
/// <param name="Shape">Length of each axis.</param>
/// <param name="IsByColumn">Whether the first axis is contiguous (Fortran order), and not the last.</param>
/// <param name="Length">Number of bytes before the elements.</param>
internal sealed partial record NumpyHeader(PickledType Type, ImmutableArray<long> Shape, bool IsByColumn, int Length)
{
    private const int MostAxes = 64;
    private const int MostBytes = 1 << 16;

    /// <summary>Reads up to the first element.</summary>
    /// <param name="stream">The content of the file.</param>
    /// <param name="broken">The error for a reason, as a clause.</param>
    /// <exception cref="InputException">It is no such header; made by <paramref name="broken"/>.</exception>
    public static NumpyHeader Read(Stream stream, Func<string, InputException> broken)
    {
        var start = Take(stream, 8, broken);
        if (!start.AsSpan().StartsWith(Encoding.Latin1.GetBytes("\u0093NUMPY")))
        {
            throw broken("it does not begin as NumPy's arrays do");
        }

        var size = Take(stream, start[6] > 1 ? 4 : 2, broken);
        var bytes =
            size.Length == 4
                ? BinaryPrimitives.ReadUInt32LittleEndian(size)
                : BinaryPrimitives.ReadUInt16LittleEndian(size);
        if (bytes > MostBytes)
        {
            throw broken("its header is too long");
        }

        var fields = Fields().Match(Encoding.Latin1.GetString(Take(stream, (int)bytes, broken)));
        return fields.Success
            ? new(
                new(fields.Groups["type"].Value),
                ShapeOf(fields.Groups["shape"].Value, broken),
                fields.Groups["order"].Value == "True",
                start.Length + size.Length + (int)bytes
            )
            : throw broken("its header is not one that NumPy writes");
    }

    private static ImmutableArray<long> ShapeOf(string text, Func<string, InputException> broken)
    {
        var sides = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = ImmutableArray.CreateBuilder<long>(sides.Length);
        foreach (var side in sides)
        {
            shape.Add(
                long.TryParse(side.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && sides.Length <= MostAxes
                    ? length
                    : throw broken($"its shape ({Sentence.Short(text)}) is damaged")
            );
        }

        return shape.ToImmutable();
    }

    private static byte[] Take(Stream stream, int count, Func<string, InputException> broken)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count
            ? bytes
            : throw broken("it ends too early");
    }

    [GeneratedRegex(
        """^\{\s*'descr':\s*(?:'(?<type>[^']*)'|(?<type>\[[^\]]{0,2000}\])),"""
            + """\s*'fortran_order':\s*(?<order>True|False),"""
            + """\s*'shape':\s*\((?<shape>[\d,L\s]*)\),?\s*\}\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Fields();
}
