using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Reads the pickle in a checkpoint without executing code: it calls only the given constructors, which know tensors
/// and plain data, and leaves any other object as a blank with a name. Python's <c>pickletools</c> documents the
/// opcodes.
/// </summary>
/// <remarks>
/// Values: null, bool, long, double, string, byte[], <see cref="List{T}"/> of values (list and set), object?[]
/// (tuple), <see cref="PickleDictionary"/>, <see cref="Global"/>, <see cref="Opaque"/>, and what
/// <see cref="Constructor"/> and <see cref="Persistent"/> return. Nesting uses no stack, and memory is proportional
/// to the bytes read.
/// </remarks>
internal sealed class PickleMachine(ReadOnlyMemory<byte> pickle, string path)
{
    // Ten times the number in the largest known checkpoints. It bounds the memory for a pickle full of empty
    // dictionaries.
    private const int MaxInstructions = 5_000_000;

    private static readonly object Mark = new();

    private readonly List<object?> stack = [];
    private readonly Dictionary<long, object?> memo = [];
    private int at;

    /// <summary>A name that the pickle imports.</summary>
    public sealed record Global(string Module, string Name)
    {
        /// <inheritdoc/>
        public override string ToString() => WeightsFile.Printable($"{Module}.{Name}");
    }

    /// <summary>The result of calling an imported name.</summary>
    public required Func<Global, object?[], object?> Constructor { get; init; }

    /// <summary>Gives an object its state, as <c>__setstate__</c> would.</summary>
    public required Action<object?, object?> Builder { get; init; }

    /// <summary>The object of a persistent id.</summary>
    public required Func<object?, object?> Persistent { get; init; }

    /// <summary>Number of bytes consumed.</summary>
    public int Position => at;

    /// <summary>Runs the pickle to its first STOP.</summary>
    /// <exception cref="InputException">An opcode or import is not allowed, or the pickle is damaged.</exception>
    public object? Run()
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

            throw Broken($"its pickle has more than {MaxInstructions} instructions");
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
            throw Broken("its pickle is damaged");
        }
    }

    private void Step(char opcode)
    {
        switch (opcode)
        {
            case '\x80':
                Byte();
                break; // PROTO
            case '\x95':
                Take(8);
                break; // FRAME
            case '(':
                stack.Add(Mark);
                break; // MARK
            case '0':
                Pop();
                break; // POP
            case '1':
                PopMark();
                break; // POP_MARK
            case '2':
                stack.Add(stack[^1]);
                break; // DUP
            case 'N':
                stack.Add(null);
                break; // NONE
            case '\x88':
                stack.Add(true);
                break; // NEWTRUE
            case '\x89':
                stack.Add(false);
                break; // NEWFALSE
            case 'J':
                stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break; // BININT
            case 'K':
                stack.Add((long)Byte());
                break; // BININT1
            case 'M':
                stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break; // BININT2
            case 'I':
                stack.Add(
                    Line() switch
                    {
                        "00" => false,
                        "01" => true,
                        var text => (object)long.Parse(text, CultureInfo.InvariantCulture),
                    }
                );
                break;
            case 'L':
                stack.Add(long.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture));
                break;
            case '\x8a':
                stack.Add(Long(Byte()));
                break; // LONG1
            case 'G':
                stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break; // BINFLOAT
            case 'F':
                stack.Add(double.Parse(Line(), CultureInfo.InvariantCulture));
                break;
            case 'X':
                stack.Add(Text(Length4()));
                break; // BINUNICODE
            case '\x8c':
                stack.Add(Text(Byte()));
                break; // SHORT_BINUNICODE
            case '\x8d':
                stack.Add(Text(Length8()));
                break; // BINUNICODE8
            case 'V':
                stack.Add(Line());
                break; // UNICODE
            case 'S':
                stack.Add(Line().Trim('\'', '"'));
                break; // STRING
            case 'T':
                stack.Add(TextOrBytes(Length4()));
                break; // BINSTRING
            case 'U':
                stack.Add(TextOrBytes(Byte()));
                break; // SHORT_BINSTRING
            case 'B':
                stack.Add(Take(Length4()).ToArray());
                break; // BINBYTES
            case 'C':
                stack.Add(Take(Byte()).ToArray());
                break; // SHORT_BINBYTES
            case '\x8e' or '\x96':
                stack.Add(Take(Length8()).ToArray());
                break; // BINBYTES8, BYTEARRAY8
            case '\x8b':
                stack.Add(Long(Length4()));
                break; // LONG4
            case ']' or '\x8f':
                stack.Add(new List<object?>());
                break; // EMPTY_LIST, EMPTY_SET
            case '}':
                stack.Add(new PickleDictionary());
                break; // EMPTY_DICT
            case ')':
                stack.Add(Array.Empty<object?>());
                break; // EMPTY_TUPLE
            case '\x85':
                stack.Add(PopSeveral(1));
                break; // TUPLE1
            case '\x86':
                stack.Add(PopSeveral(2));
                break;
            case '\x87':
                stack.Add(PopSeveral(3));
                break;
            case 't':
                stack.Add(PopMark());
                break; // TUPLE
            case 'l' or '\x91':
                stack.Add(PopMark().ToList());
                break; // LIST, FROZENSET
            case 'd':
                {
                    var items = PopMark();
                    var made = new PickleDictionary();
                    made.Add(items);
                    stack.Add(made);
                    break;
                }
            case 'a':
                {
                    var item = Pop();
                    Append([item]);
                    break;
                } // APPEND
            case 'e' or '\x90':
                {
                    var items = PopMark();
                    Append(items);
                    break;
                } // APPENDS, ADDITEMS
            case 's':
                {
                    var items = PopSeveral(2);
                    SetItems(items);
                    break;
                } // SETITEM
            case 'u':
                {
                    var items = PopMark();
                    SetItems(items);
                    break;
                } // SETITEMS
            case 'p':
                memo[long.Parse(Line(), CultureInfo.InvariantCulture)] = stack[^1];
                break;
            case 'q':
                memo[Byte()] = stack[^1];
                break; // BINPUT
            case 'r':
                memo[Length4()] = stack[^1];
                break; // LONG_BINPUT
            case '\x94':
                memo[memo.Count] = stack[^1];
                break; // MEMOIZE
            case 'g':
                stack.Add(memo[long.Parse(Line(), CultureInfo.InvariantCulture)]);
                break;
            case 'h':
                stack.Add(memo[Byte()]);
                break; // BINGET
            case 'j':
                stack.Add(memo[Length4()]);
                break; // LONG_BINGET
            case 'c':
                stack.Add(Named(new(Line(), Line())));
                break; // GLOBAL
            case '\x93':
                {
                    var names = PopSeveral(2);
                    stack.Add(Named(new((string)names[0]!, (string)names[1]!)));
                    break;
                } // STACK_GLOBAL
            case 'i':
                {
                    var named = Named(new(Line(), Line()));
                    stack.Add(Constructor(named, PopMark()));
                    break;
                } // INST
            case 'R' or '\x81':
                {
                    var call = PopSeveral(2);
                    stack.Add(Call(call[0], (object?[])call[1]!));
                    break;
                } // REDUCE, NEWOBJ
            case '\x92':
                {
                    var call = PopSeveral(3);
                    stack.Add(Call(call[0], (object?[])call[1]!));
                    break;
                } // NEWOBJ_EX
            case 'o':
                {
                    var call = PopMark();
                    stack.Add(Call(call[0], call[1..]));
                    break;
                } // OBJ
            case 'b':
                {
                    var state = Pop();
                    Builder(stack[^1], state);
                    break;
                } // BUILD
            case 'Q':
                stack.Add(Persistent(Pop()));
                break; // BINPERSID
            default:
                throw Broken(
                    $"its pickle has the instruction 0x{(int)opcode:x2}, which no checkpoint needs"
                );
        }
    }

    private Global Named(Global global) =>
        !ForbiddenCalls.Contains(global.Module, global.Name)
            ? global
            : throw new InputException(
                $"'{path}' is refused: its pickle asks for {global}, which no checkpoint needs and which could run "
                    + "code where the file is loaded. Nothing was run here; get the weights from a source you trust."
            );

    // The result of an unknown call is unknown too.
    private object? Call(object? callee, object?[] arguments) =>
        callee switch
        {
            Global global => Constructor(global, arguments),
            Opaque opaque => new Opaque(opaque.Name).With(arguments),
            _ => throw new InvalidCastException(),
        };

    private void Append(object?[] items)
    {
        if (stack[^1] is Opaque opaque)
        {
            opaque.With(items);
            return;
        }

        ((List<object?>)stack[^1]!).AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (stack[^1] is Opaque opaque)
        {
            opaque.With(items);
            return;
        }

        ((PickleDictionary)stack[^1]!).Add(items);
    }

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
        return Array.Exists(values, value => ReferenceEquals(value, Mark))
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

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > pickle.Length - at)
        {
            throw Broken("its pickle ends too early");
        }

        at += count;
        return pickle.Span.Slice(at - count, count);
    }

    private string Line()
    {
        var length = pickle.Span[at..].IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(Take(length)).TrimEnd('\r');
        at++;
        return line;
    }

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    // Python 2 writes text and bytes alike.
    private object TextOrBytes(int length)
    {
        var bytes = Take(length);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : bytes.ToArray();
    }

    private int Length4() => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));

    private int Length8() => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(Take(8)));

    // Little-endian two's complement. The legacy format's magic number has ten bytes and is kept as bytes.
    private object Long(int length)
    {
        var bytes = Take(length);
        if (length > 8)
        {
            return bytes.ToArray();
        }

        var value = 0L;
        for (var i = 0; i < length; i++)
        {
            value |= (long)bytes[i] << (8 * i);
        }

        return length is > 0 and < 8 && (bytes[length - 1] & 0x80) != 0 ? value - (1L << (8 * length)) : value;
    }

    private InputException Broken(string why) =>
        new($"'{path}' is not a valid PyTorch checkpoint: {why}; get the file again.");
}
