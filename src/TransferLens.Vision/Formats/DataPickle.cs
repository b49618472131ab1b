using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>An array of bytes in a pickle.</summary>
internal sealed class PickledArray
{
    /// <summary>Its values; null until they are read.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; set; }
}

/// <summary>
/// Reads a pickle of plain data and NumPy arrays of bytes, without executing anything: of the names that a pickle may
/// call, it knows only those that NumPy's arrays need. Python's <c>pickletools</c> documents the opcodes.
/// </summary>
/// <remarks>
/// Values: null, bool, long, string, <see cref="ReadOnlyMemory{T}"/> of bytes, <see cref="List{T}"/> of values,
/// object?[] (tuple), dictionaries with text as keys, and <see cref="PickledArray"/>. Unlike the reader of checkpoints,
/// it keeps the state of arrays.
/// </remarks>
internal sealed class DataPickle(byte[] pickle, string path)
{
    private const int MaxInstructions = 5_000_000;

    private static readonly object Mark = new();
    private static readonly string[] Arrays =
    [
        "numpy.core.multiarray _reconstruct",
        "numpy._core.multiarray _reconstruct",
    ];
    private static readonly string[] Others = ["numpy ndarray", "numpy dtype", "_codecs encode"];

    private readonly List<object?> stack = [];
    private readonly Dictionary<long, object?> memo = [];
    private int at;

    private sealed record Name(string Text);

    // A type of numbers, of which only the bytes matter.
    private sealed record NumberType(string Text);

    /// <summary>The value.</summary>
    /// <exception cref="InputException">The pickle is damaged, or needs something else than plain data.</exception>
    public object? Read()
    {
        try
        {
            for (var instructions = 0; instructions < MaxInstructions; instructions++)
            {
                var opcode = (char)Byte();
                if (opcode == '.')
                {
                    return Pop();
                }

                Step(opcode);
            }

            throw Broken("it has too many instructions");
        }
        catch (Exception failure)
            when (failure
                    is ArgumentException
                        or IndexOutOfRangeException
                        or InvalidCastException
                        or FormatException
                        or OverflowException
                        or NullReferenceException
                        or KeyNotFoundException
                        or InvalidOperationException
            )
        {
            throw Broken("it is damaged");
        }
    }

    private void Step(char opcode)
    {
        switch (opcode)
        {
            case '\x80': // PROTO
                Take(1);
                break;
            case '\x95': // FRAME
                Take(8);
                break;
            case '(': // MARK
                stack.Add(Mark);
                break;
            case 'N' or '\x88' or '\x89': // NONE, NEWTRUE, NEWFALSE
                stack.Add(opcode == 'N' ? null : opcode == '\x88');
                break;
            case 'K' or 'M' or 'J' or 'I' or 'L' or '\x8a': // integers
                stack.Add(Integer(opcode));
                break;
            case 'X' or '\x8c' or 'V': // text in UTF-8
                stack.Add(Encoding.UTF8.GetString(opcode == 'V' ? Line().Span : Counted(opcode == 'X' ? 4 : 1).Span));
                break;
            case 'U' or 'T' or 'C' or 'B' or '\x8e': // texts of Python 2, which are bytes, and bytes
                stack.Add(
                    Counted(
                        opcode is 'U' or 'C' ? 1
                        : opcode == '\x8e' ? 8
                        : 4
                    )
                );
                break;
            case ']' or '}' or ')': // EMPTY_LIST, EMPTY_DICT, EMPTY_TUPLE
                stack.Add(Empty(opcode));
                break;
            case '\x85' or '\x86' or '\x87': // TUPLE1 to TUPLE3
                stack.Add(PopSeveral(opcode - '\x84'));
                break;
            case 't': // TUPLE
                stack.Add(PopMark());
                break;
            case 'l': // LIST
                stack.Add(PopMark().ToList());
                break;
            case 'd': // DICT
                stack.Add(Fill((Dictionary<string, object?>)Empty('}'), PopMark()));
                break;
            case 'a' or 'e': // APPEND, APPENDS
                object?[] items = opcode == 'a' ? [Pop()] : PopMark();
                ((List<object?>)stack[^1]!).AddRange(items);
                break;
            case 's' or 'u': // SETITEM, SETITEMS
                var entries = opcode == 's' ? PopSeveral(2) : PopMark();
                Fill((Dictionary<string, object?>)stack[^1]!, entries);
                break;
            case 'p' or 'q' or 'r' or '\x94': // PUT, BINPUT, LONG_BINPUT, MEMOIZE
                memo[opcode == '\x94' ? memo.Count : Index(opcode, 'p', 'q')] = stack[^1];
                break;
            case 'g' or 'h' or 'j': // GET, BINGET, LONG_BINGET
                stack.Add(memo[Index(opcode, 'g', 'h')]);
                break;
            case 'c' or '\x93': // GLOBAL, STACK_GLOBAL
                stack.Add(opcode == 'c' ? Global(Text(Line()), Text(Line())) : Global(PopSeveral(2)));
                break;
            case 'R': // REDUCE
                var call = PopSeveral(2);
                stack.Add(Call(((Name)call[0]!).Text, (object?[])call[1]!));
                break;
            case 'b': // BUILD
                var state = Pop();
                Build(stack[^1], state);
                break;
            default:
                throw Broken($"it has the instruction 0x{(int)opcode:x2}, which no batch of images needs");
        }
    }

    private object? Call(string name, object?[] arguments) =>
        name switch
        {
            "numpy dtype" => new NumberType(Text(arguments[0])),
            // Protocol 2 writes bytes as text in Latin-1.
            "_codecs encode" => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes((string)arguments[0]!),
            _ when Arrays.Contains(name) => new PickledArray(),
            _ => throw Broken($"it calls {name}"),
        };

    // The state of an array: version, shape, type, whether it is in Fortran order, bytes.
    private void Build(object? target, object? state)
    {
        if (target is NumberType)
        {
            return;
        }

        var parts = (object?[])state!;
        if (target is not PickledArray array || parts[2] is not NumberType { Text: "u1" } || parts[3] is true)
        {
            throw Broken("it has an array of another type than bytes");
        }

        array.Bytes = (ReadOnlyMemory<byte>)parts[4]!;
    }

    private static object Empty(char opcode) =>
        opcode switch
        {
            ']' => new List<object?>(),
            '}' => new Dictionary<string, object?>(StringComparer.Ordinal),
            _ => System.Array.Empty<object?>(),
        };

    private static Dictionary<string, object?> Fill(Dictionary<string, object?> target, object?[] items)
    {
        for (var i = 0; i < items.Length; i += 2)
        {
            target[Text(items[i])] = items[i + 1];
        }

        return target;
    }

    /// <summary>A value as text: text of Python 2 is bytes.</summary>
    public static string Text(object? value) =>
        value switch
        {
            string text => text,
            ReadOnlyMemory<byte> bytes => Encoding.Latin1.GetString(bytes.Span),
            long number => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new InvalidCastException(),
        };

    private Name Global(object?[] names) => Global(Text(names[0]), Text(names[1]));

    private Name Global(string module, string name)
    {
        var text = $"{module} {name}";
        return Arrays.Contains(text) || Others.Contains(text)
            ? new(text)
            : throw new InputException(
                $"'{path}' is refused: its pickle asks for {Sentence.Short(text)}, which is not part of an array "
                    + "and could run "
                    + "code."
            );
    }

    private long Integer(char opcode) =>
        opcode switch
        {
            'K' => Byte(),
            'M' => BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span),
            'J' => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span),
            '\x8a' => Long(Take(Byte()).Span),
            _ => long.Parse(Text(Line()).TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        };

    private static long Long(ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= i < 8 ? (long)bytes[i] << (8 * i) : throw new OverflowException();
        }

        return bytes.Length is > 0 and < 8 && (bytes[^1] & 0x80) != 0 ? value - (1L << (8 * bytes.Length)) : value;
    }

    private long Index(char opcode, char line, char one) =>
        opcode == line ? long.Parse(Text(Line()), CultureInfo.InvariantCulture)
        : opcode == one ? Byte()
        : BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    private object? Pop()
    {
        var value = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return ReferenceEquals(value, Mark) ? throw new InvalidOperationException() : value;
    }

    private object?[] PopSeveral(int count)
    {
        object?[] values = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return System.Array.Exists(values, value => ReferenceEquals(value, Mark))
            ? throw new InvalidOperationException()
            : values;
    }

    private object?[] PopMark()
    {
        var mark = stack.FindLastIndex(value => ReferenceEquals(value, Mark));
        object?[] values = [.. stack[(mark + 1)..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return values;
    }

    private byte Byte() => Take(1).Span[0];

    private ReadOnlyMemory<byte> Counted(int lengthBytes) =>
        Take(
            lengthBytes switch
            {
                1 => Byte(),
                4 => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span)),
                _ => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span)),
            }
        );

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count < 0 || count > pickle.Length - at)
        {
            throw Broken("it ends too early");
        }

        at += count;
        return pickle.AsMemory(at - count, count);
    }

    private ReadOnlyMemory<byte> Line()
    {
        var line = Take(pickle.AsSpan(at).IndexOf((byte)'\n'));
        at++;
        return line;
    }

    private InputException Broken(string why) => new($"'{path}' is not a pickle of plain data: {why}; get it again.");
}
