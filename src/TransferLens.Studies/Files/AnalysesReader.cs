using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>analyses:</c>; each analysis reads its own settings.</summary>
internal static class AnalysesReader
{
    public static ImmutableArray<KeyValuePair<string, JsonObject>> Read(
        StudyNode node,
        ImmutableArray<IAnalysis> analyses
    )
    {
        var known = analyses.ToDictionary(analysis => analysis.Name, StringComparer.Ordinal);
        node.Keys([.. analyses.Select(analysis => analysis.Name)]);
        return
        [
            .. node.Entries(empty: true)
                .Select(entry => KeyValuePair.Create(entry.Key, known[entry.Key].ReadSettings(Filled(entry.Value)))),
        ];
    }

    private static StudyNode? Filled(StudyNode node) => node.Tree is YamlScalar { IsNull: true } ? null : node;
}
