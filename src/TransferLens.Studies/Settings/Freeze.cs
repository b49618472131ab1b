using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>
/// What the names of <c>freeze:</c> stand for: a module as the network declares it (<c>conv1</c>, <c>layer1.0</c>), all
/// modules of a stage (<c>layer1</c>: every name that begins with it and a dot), or <c>backbone</c>.
/// </summary>
public static class Freeze
{
    /// <summary>Every module but the head.</summary>
    public const string Backbone = "backbone";

    /// <summary>The modules that names stand for.</summary>
    /// <param name="names">The names; null for none.</param>
    /// <param name="modules">The network's modules in the order of computation, the head last.</param>
    /// <param name="network">The network's name, for messages.</param>
    /// <returns>Names of modules, in the order of computation.</returns>
    /// <exception cref="InputException">A name stands for no module, or nothing would be left to train.</exception>
    public static ImmutableArray<string> Modules(
        IReadOnlyList<string>? names,
        IReadOnlyList<string> modules,
        string network
    )
    {
        if (names is null or { Count: 0 })
        {
            return [];
        }

        ArgumentNullException.ThrowIfNull(modules);
        var stages = modules.Where(module => module.Contains('.', StringComparison.Ordinal)).Select(Stage).Distinct();
        foreach (var name in names.Where(name => name != Backbone && !modules.Any(module => Holds(name, module))))
        {
            throw new InputException(
                $"'{Sentence.Short(name)}' is no module of {network} that could be frozen; {Sentence.Instead(name, [Backbone, .. stages, .. modules])}"
            );
        }

        ImmutableArray<string> frozen =
        [
            .. modules.Where(
                (module, i) => names.Any(name => name == Backbone ? i < modules.Count - 1 : Holds(name, module))
            ),
        ];
        return frozen.Length < modules.Count
            ? frozen
            : throw new InputException(
                $"Freezing {Sentence.Short(string.Join(", ", names))} leaves no module of {network} to train; leave one out, the head {modules[^1]} for example."
            );
    }

    /// <summary>The stage of a module: its name up to the last dot (<c>layer1</c>, <c>features.denseblock2</c>), or the name where it has none.</summary>
    /// <param name="module">The module's name.</param>
    public static string Stage(string module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.LastIndexOf('.') is > 0 and var dot ? module[..dot] : module;
    }

    // A module by its name, or by a part of it that ends at a dot.
    private static bool Holds(string name, string module) =>
        module == name
        || (
            name.Length < module.Length
            && module[name.Length] == '.'
            && module.StartsWith(name, StringComparison.Ordinal)
        );
}
