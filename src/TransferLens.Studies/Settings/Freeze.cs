using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Settings;

/// <summary>
/// Resolves the names of <c>freeze:</c>: a module as the network declares it (<c>conv1</c>, <c>layer1.0</c>), all
/// modules of a stage (<c>layer1</c>: every module whose name begins with it and a dot), or <c>backbone</c>.
/// </summary>
internal static class Freeze
{
    /// <summary>Every module except the head.</summary>
    public const string Backbone = "backbone";

    /// <summary>Resolves names to modules.</summary>
    /// <param name="names">The names; null for none.</param>
    /// <param name="modules">The network's modules in the order of computation, the head last.</param>
    /// <param name="network">The network's name, for messages.</param>
    /// <returns>Names of modules, in the order of computation.</returns>
    /// <exception cref="InputException">A name matches no module, or no module is left to train.</exception>
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
        foreach (var name in names.Where(name => name != Backbone && !modules.Any(module => Matches(name, module))))
        {
            var suggestion = Sentence.Instead(name, [Backbone, .. stages, .. modules]);
            throw new InputException($"'{Sentence.Short(name)}' is not a module of {network}; {suggestion}");
        }

        ImmutableArray<string> frozen = [.. modules.Where((_, i) => names.Any(name => IsFrozenBy(name, i)))];
        if (frozen.Length < modules.Count)
        {
            return frozen;
        }

        throw new InputException(
            $"Freezing {Sentence.Short(string.Join(", ", names))} leaves no module of {network} to train; "
                + $"leave out at least one, for example the head {modules[^1]}."
        );

        bool IsFrozenBy(string name, int i) => name == Backbone ? i < modules.Count - 1 : Matches(name, modules[i]);
    }

    /// <summary>
    /// The stage of a module: its name up to the last dot (<c>layer1</c>, <c>features.denseblock2</c>), or the whole
    /// name without a dot.
    /// </summary>
    /// <param name="module">The module's name.</param>
    public static string Stage(string module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.LastIndexOf('.') is > 0 and var dot ? module[..dot] : module;
    }

    // A name matches itself and every module that continues it after a dot.
    private static bool Matches(string name, string module) =>
        module == name
        || (
            name.Length < module.Length
            && module[name.Length] == '.'
            && module.StartsWith(name, StringComparison.Ordinal)
        );
}
