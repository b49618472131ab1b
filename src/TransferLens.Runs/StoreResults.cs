using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>Reads the results of finished tasks from a store.</summary>
internal sealed class StoreResults(ArtifactStore store) : ITaskResults
{
    private readonly Dictionary<string, JsonNode> read = new(StringComparer.Ordinal);

    public JsonNode Read(TaskSpec task, string file = "result.json")
    {
        var name = $"{task.Key}/{file}";
        if (!read.TryGetValue(name, out var known))
        {
            read.Add(name, known = JsonNode.Parse(store.Read(task.Key, file))!);
        }

        return known;
    }
}
