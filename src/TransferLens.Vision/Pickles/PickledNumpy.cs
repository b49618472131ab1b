using System.Globalization;
using System.Text;

namespace TransferLens.Vision.Pickles;

/// <summary>What NumPy's arrays need of a pickle: a few functions, which make arrays and their types.</summary>
internal static class PickledNumpy
{
    /// <summary>Whether a name is one that NumPy's arrays need.</summary>
    public static bool Contains(PickleGlobal global) =>
        (Module(global.Module), global.Name)
            is
                ("core.multiarray", "_reconstruct")
                or
                ("core.numeric", "_frombuffer")
                or
                ("", "dtype" or "ndarray")
        || global is { Module: "_codecs", Name: "encode" };

    /// <summary>The array, type or bytes that a function makes; null if it makes none of them.</summary>
    public static object? Construct(PickleGlobal global, object?[] arguments) =>
        (Module(global.Module), global.Name) switch
        {
            ("core.multiarray", "_reconstruct") => new PickledArray(),
            ("core.numeric", "_frombuffer") => FromBuffer(arguments),
            ("", "dtype") => new PickledType(Convert.ToString(arguments[0], CultureInfo.InvariantCulture) ?? ""),
            _ when global is { Module: "_codecs", Name: "encode" } => Encode(arguments),
            _ => null,
        };

    /// <summary>Gives an array or a type its state.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool Build(object? target, object? state)
    {
        switch (target)
        {
            case PickledArray array:
                array.Build((object?[])state!);
                return true;
            case PickledType type:
                type.Build(state);
                return true;
            default:
                return false;
        }
    }

    // _codecs.encode(text, "latin1"), in which Python 3 writes bytes for Python 2.
    private static object Encode(object?[] arguments) =>
        arguments is [string text, "latin1", ..] ? Encoding.Latin1.GetBytes(text) : new Opaque("_codecs.encode");

    // (buffer, type, shape, order)
    private static object FromBuffer(object?[] arguments) =>
        arguments is [byte[] bytes, PickledType type, object?[] shape, ..]
            ? PickledArray.Create(type, shape, arguments.Length > 3 && arguments[3] is "F", bytes)
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
