using System.Reflection;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// Whose partial results may be continued: those of the same task, computed by the same build of the code with the same
/// versions of the libraries. Anything else may give them another meaning, or other bits.
/// </summary>
internal static class PartsOwner
{
    /// <summary>Describes the owner.</summary>
    /// <param name="runner">What computes the task.</param>
    /// <param name="key">The task's key.</param>
    /// <param name="software">Versions of the libraries, by name.</param>
    public static string Describe(ITaskRunner runner, string key, IReadOnlyDictionary<string, string> software)
    {
        var code = runner.GetType().Assembly;
        var builds = code.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith(nameof(TransferLens), StringComparison.Ordinal))
            .OrderBy(name => name.Name, StringComparer.Ordinal)
            .Select(Assembly.Load)
            .Prepend(code)
            .Select(assembly => $"{assembly.ManifestModule.ModuleVersionId}");
        var libraries = software
            .OrderBy(library => library.Key, StringComparer.Ordinal)
            .Select(library => $"{library.Key} {library.Value}");
        return string.Join('\n', [key, .. builds, .. libraries]);
    }
}
