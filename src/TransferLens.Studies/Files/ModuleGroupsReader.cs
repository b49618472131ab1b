using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>modules:</c>, modules that are measured as one.</summary>
internal static class ModuleGroupsReader
{
    private const int LongestName = 100;

    /// <summary>Reads the names of groups and their patterns.</summary>
    /// <param name="node">The value.</param>
    public static ModuleGroups Read(StudyNode node)
    {
        var groups = node.Entries()
            .Select(group => KeyValuePair.Create(Name(group.Key), PatternReader.Read(group.Value)));
        return node.Entries().Any() ? new([.. groups]) : throw node.Wrong("has no entry; name at least one group.");

        string Name(string name) =>
            name.Length is > 0 and <= LongestName && name.All(IsNamed)
                ? name
                : throw node.Wrong(
                    $"has a group named '{Sentence.Short(name)}'; use letters, digits, '.', '_' and '-' in its name."
                );
    }

    private static bool IsNamed(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
