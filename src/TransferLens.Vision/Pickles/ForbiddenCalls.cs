using System.Collections.Frozen;

namespace TransferLens.Vision.Pickles;

/// <summary>
/// What no honest checkpoint imports: functions that start programs, load code, or reach files and the network. Nothing
/// is executed either way, but the owner of such a file should know before anybody loads it elsewhere.
/// </summary>
internal static class ForbiddenCalls
{
    // copyreg's are how pickle itself makes an object of a class.
    private static readonly FrozenSet<string> Harmless = ForbiddenNames.Split(
        "__main__ __mp_main__ __torch__ __builtin__ __builtins__ __newobj__ __newobj_ex__"
    );

    /// <summary>Whether no honest checkpoint needs a name.</summary>
    /// <param name="module">The module that the pickle imports.</param>
    /// <param name="name">The name in it, which may have dots.</param>
    public static bool Contains(string module, string name) =>
        ContainsAttribute(module, name) || ForbiddenNames.Anywhere.Contains(Plain(name.Split('.')[^1]));

    /// <summary>
    /// The same for an attribute that <c>getattr</c> takes from a class. It may be called as a module is, as members of
    /// enumerations are, because what is below it is looked at in its turn.
    /// </summary>
    public static bool ContainsAttribute(string module, string name)
    {
        // A pickle can walk from any class to its builtins by names such as Size.__class__.
        var path = $"{module.Trim()}.{name.Trim()}";
        var (modules, names) = (module.Split('.'), name.Split('.'));
        return path.Split('.').Any(IsSpecial)
            || (modules.Any(IsBuiltins) && ForbiddenNames.Builtins.Contains(names[0]))
            || Prefixes(path).Any(prefix => ForbiddenNames.Functions.Contains(prefix) || IsModule(prefix))
            // Python ignores no case, but file systems do.
            || ForbiddenNames.Anywhere.Contains(Plain(modules[0]).ToLowerInvariant())
            || modules[1..].Any(part => ForbiddenNames.Anywhere.Contains(Plain(part)))
            || names[..^1].Any(part => IsModule(Plain(part)) || IsBuiltins(part))
            || IsHiddenModule(names[^1]);
    }

    private static bool IsModule(string path) => ForbiddenNames.Modules.Contains(path);

    private static bool IsBuiltins(string part) => part is "builtins" or "__builtin__" or "__builtins__";

    // A module that another imports for itself, such as argparse._os.
    private static bool IsHiddenModule(string part) => part.StartsWith('_') && IsModule(Plain(part));

    private static string Plain(string part) => part.Trim().TrimStart('_');

    private static bool IsSpecial(string part) =>
        part.StartsWith("__", StringComparison.Ordinal)
        && part.EndsWith("__", StringComparison.Ordinal)
        && !Harmless.Contains(part);

    // a, a.b and a.b.c of a.b.c
    private static IEnumerable<string> Prefixes(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1))
        {
            yield return path[..end];
        }

        yield return path;
    }
}
