using System.Buffers.Binary;
using System.Globalization;

namespace TransferLens.Vision.Pickles;

/// <summary>
/// Reads a pickle without executing code: only <see cref="IPickleObjects"/> makes objects, from arguments that are
/// plain data. Python's <c>pickletools</c> documents the opcodes.
/// </summary>
/// <remarks>
/// Values: null, bool, long, double, string, byte[], <see cref="List{T}"/> of values (list and set), object?[]
/// (tuple), <see cref="PickleDictionary"/>, <see cref="PickleGlobal"/>, <see cref="Opaque"/>, and what
/// <see cref="IPickleObjects"/> returns. Nesting uses no stack, and memory is proportional to the bytes read.
/// </remarks>
/// <param name="pickle">The pickle, and what follows it.</param>
/// <param name="objects">The objects that it may make.</param>
internal sealed class PickleMachine(ReadOnlyMemory<byte> pickle, IPickleObjects objects)
{
    // Ten times the number in the largest known checkpoints. It bounds the memory for a pickle full of empty
    // dictionaries.
    private const int MaxInstructions = 5_000_000;

    private const int LongestName = 1000; // which a pickle lengthens by each getattr

    private readonly PickleBytes bytes = new(pickle, objects);
    private readonly PickleStack stack = new(objects);

    /// <summary>Number of bytes consumed.</summary>
    public int Position => bytes.Position;

    /// <summary>Runs the pickle to its first STOP.</summary>
    /// <exception cref="Studies.Inputs.InputException">An opcode or import is not allowed, or the pickle is
    /// damaged.</exception>
    public object? Run()
    {
        try
        {
            for (var instructions = 0; instructions < MaxInstructions; instructions++)
            {
                var opcode = (char)bytes.Byte();
                if (opcode == '.')
                {
                    return stack.Pop();
                }

                if (!RunConstant(opcode) && !RunCollection(opcode) && !RunMemory(opcode) && !RunObject(opcode))
                {
                    throw objects.Broken($"its pickle has the unknown instruction 0x{(int)opcode:x2}");
                }
            }

            throw objects.Broken($"its pickle has more than {MaxInstructions} instructions");
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
            throw objects.Broken("its pickle is damaged");
        }
    }

    // Values that stand in the pickle itself.
    private bool RunConstant(char opcode)
    {
        switch (opcode)
        {
            case 'N': // NONE
                stack.Push(null);
                return true;
            case '\x88' or '\x89': // NEWTRUE, NEWFALSE
                stack.Push(opcode == '\x88');
                return true;
            case 'J': // BININT
                stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(bytes.Take(4)));
                return true;
            case 'K': // BININT1
                stack.Push((long)bytes.Byte());
                return true;
            case 'M': // BININT2
                stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(bytes.Take(2)));
                return true;
            case 'I': // INT, and the booleans of protocol 0
                var line = bytes.Line();
                stack.Push(line is "00" or "01" ? line == "01" : long.Parse(line, CultureInfo.InvariantCulture));
                return true;
            case 'L': // LONG
                stack.Push(bytes.LongNumber());
                return true;
            case '\x8a' or '\x8b': // LONG1, LONG4
                stack.Push(bytes.Long(opcode == '\x8a' ? bytes.Byte() : bytes.Length4()));
                return true;
            case 'G': // BINFLOAT
                stack.Push(BinaryPrimitives.ReadDoubleBigEndian(bytes.Take(8)));
                return true;
            case 'F': // FLOAT
                stack.Push(double.Parse(bytes.Line(), CultureInfo.InvariantCulture));
                return true;
            case 'X' or '\x8c' or '\x8d': // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
                stack.Push(bytes.Text(Length(opcode, 'X', '\x8c')));
                return true;
            case 'V' or 'S': // UNICODE, STRING
                stack.Push(opcode == 'V' ? bytes.Line() : bytes.Line().Trim('\'', '"'));
                return true;
            case 'T' or 'U': // BINSTRING, SHORT_BINSTRING
                stack.Push(bytes.TextOrBytes(Length(opcode, 'T', 'U')));
                return true;
            case 'B' or 'C' or '\x8e' or '\x96': // BINBYTES, SHORT_BINBYTES, BINBYTES8, BYTEARRAY8
                stack.Push(bytes.Take(Length(opcode, 'B', 'C')).ToArray());
                return true;
            default:
                return false;
        }
    }

    // Lists, sets, tuples and dictionaries.
    private bool RunCollection(char opcode)
    {
        switch (opcode)
        {
            case ']' or '\x8f': // EMPTY_LIST, EMPTY_SET
                stack.Push(new List<object?>());
                return true;
            case '}': // EMPTY_DICT
                stack.Push(new PickleDictionary());
                return true;
            case ')': // EMPTY_TUPLE
                stack.Push(Array.Empty<object?>());
                return true;
            case '\x85' or '\x86' or '\x87': // TUPLE1 to TUPLE3
                stack.Push(stack.Pop(opcode - '\x84'));
                return true;
            case 't': // TUPLE
                stack.Push(stack.PopToMark());
                return true;
            case 'l' or '\x91': // LIST, FROZENSET
                stack.Push(stack.PopToMark().ToList());
                return true;
            case 'd': // DICT
                var made = new PickleDictionary();
                made.Add(stack.PopToMark());
                stack.Push(made);
                return true;
            case 'a' or 'e' or '\x90': // APPEND, APPENDS, ADDITEMS
                Append(opcode == 'a' ? [stack.Pop()] : stack.PopToMark());
                return true;
            case 's' or 'u': // SETITEM, SETITEMS
                SetItems(opcode == 's' ? stack.Pop(2) : stack.PopToMark());
                return true;
            default:
                return false;
        }
    }

    // What moves values on the stack and in the memo, and what frames a pickle.
    private bool RunMemory(char opcode)
    {
        switch (opcode)
        {
            case '\x80' or '\x95': // PROTO, FRAME
                bytes.Take(opcode == '\x80' ? 1 : 8);
                return true;
            case '(': // MARK
                stack.PushMark();
                return true;
            case '0': // POP
                stack.Pop();
                return true;
            case '1': // POP_MARK
                stack.PopToMark();
                return true;
            case '2': // DUP
                stack.Push(stack.Top);
                return true;
            case '\x94': // MEMOIZE
                stack.Remember();
                return true;
            case 'p' or 'q' or 'r': // PUT, BINPUT, LONG_BINPUT
                stack.Remember(Key(opcode, 'p', 'q'));
                return true;
            case 'g' or 'h' or 'j': // GET, BINGET, LONG_BINGET
                stack.Recall(Key(opcode, 'g', 'h'));
                return true;
            default:
                return false;
        }
    }

    // Imports, calls, states.
    private bool RunObject(char opcode)
    {
        switch (opcode)
        {
            case 'c': // GLOBAL
                stack.Push(Import(new(bytes.Line(), bytes.Line())));
                return true;
            case '\x93': // STACK_GLOBAL
                var names = stack.Pop(2);
                stack.Push(Import(new((string)names[0]!, (string)names[1]!)));
                return true;
            case 'R' or '\x81': // REDUCE, NEWOBJ
                var arguments = (object?[])stack.Pop()!;
                stack.Push(opcode == 'R' ? Call(stack.PopCallee(), arguments) : Create(stack.PopCallee(), arguments));
                return true;
            case '\x92': // NEWOBJ_EX, whose last argument are named ones
                var all = stack.Pop(2);
                stack.Push(Create(stack.PopCallee(), (object?[])all[0]!));
                return true;
            case 'i': // INST
                var named = Import(new(bytes.Line(), bytes.Line()));
                stack.Push(Call(named, stack.PopToMark()));
                return true;
            case 'o': // OBJ
                var call = stack.PopToMark();
                stack.Push(Call(call[0], call[1..]));
                return true;
            case 'b': // BUILD
                var state = stack.Pop();
                if (stack.Top is PickleGlobal changed)
                {
                    throw objects.Refusal(changed); // It would change a module or a class.
                }

                objects.Build(stack.Top, state);
                return true;
            case 'Q' or 'P': // BINPERSID, PERSID
                stack.Push(objects.Find(opcode == 'Q' ? stack.Pop() : bytes.Line()));
                return true;
            default:
                return false;
        }
    }

    private PickleGlobal Import(PickleGlobal global) => objects.Allows(global) ? global : throw objects.Refusal(global);

    // What is called may be a function, and do anything.
    private object? Call(object? callee, object?[] arguments) =>
        callee switch
        {
            PickleGlobal { IsAttributeCall: true } call => Attribute(call, arguments),
            PickleGlobal global when !objects.AllowsCall(global) => throw objects.Refusal(global),
            _ => Create(callee, arguments),
        };

    // Only a class makes an object in this way. That of an unknown one is unknown too.
    private object? Create(object? callee, object?[] arguments) =>
        callee switch
        {
            PickleGlobal { IsAttributeCall: true } call => throw objects.Refusal(call),
            PickleGlobal global => objects.Construct(global, arguments),
            Opaque made => objects.AllowsCall(made)
                ? new Opaque(made.Name).With(arguments)
                : throw objects.Refusal(PickleGlobal.Parse(made.Name)),
            _ => throw new InvalidCastException(),
        };

    // An attribute of a class is as if it had been imported by its name: a member of an enumeration, or a class in it.
    // That of an object is a method, which honest pickles contain and never call.
    private object Attribute(PickleGlobal call, object?[] arguments)
    {
        switch (arguments)
        {
            case [PickleGlobal { Name.Length: > LongestName }, ..]:
                throw objects.Refusal(call);
            case [PickleGlobal owner, string name]:
                var attribute = owner.Attribute(name);
                return objects.AllowsAttribute(attribute) ? attribute : throw objects.Refusal(attribute);
            case [Opaque owner, string name]:
                var method = PickleGlobal.Parse($"{owner.Name}.{name}");
                return name == "__call__" || objects.AllowsAttribute(method)
                    ? new Opaque(method.ToString()) { IsMethod = true }.With(owner)
                    : throw objects.Refusal(method);
            default:
                throw objects.Refusal(call);
        }
    }

    private void Append(object?[] items)
    {
        if (stack.Top is Opaque opaque)
        {
            opaque.With(items);
            return;
        }

        ((List<object?>)stack.Top!).AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (stack.Top is Opaque opaque)
        {
            opaque.With(items);
            return;
        }

        ((PickleDictionary)stack.Top!).Add(items);
    }

    // In four bytes, one byte, or eight bytes.
    private int Length(char opcode, char four, char one) =>
        opcode == four ? bytes.Length4()
        : opcode == one ? bytes.Byte()
        : bytes.Length8();

    // As text, in one byte, or in four.
    private long Key(char opcode, char line, char one) =>
        opcode == line ? bytes.Number()
        : opcode == one ? bytes.Byte()
        : bytes.Length4();
}
