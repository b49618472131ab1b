using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Weights;

namespace TransferLens.Runs;

/// <summary>Where P comes from, and what reading its file chose, renamed and left out.</summary>
internal static class ImportedWeights
{
    private const string Notes = "notes";

    /// <summary>
    /// P's task for <c>results.json</c>, with the origin of weights that were fetched and the notes of weights that
    /// were read; null without P.
    /// </summary>
    public static JsonObject? Json(Plan plan, StoreResults results)
    {
        if (plan.Pretraining is not { } pretraining)
        {
            return null;
        }

        var json = new JsonObject { ["kind"] = pretraining.Kind.Name, ["key"] = pretraining.Key };
        // From the study: other studies may share the task, whose key is the content's, and have it from elsewhere.
        var weights = plan.Study.Pretrained?.Weights;
        if (plan.Study.Pretrained?.Origins.FirstOrDefault(origin => origin.Path == weights) is { } fetched)
        {
            json["origin"] = fetched.Name;
        }

        if (Find(pretraining, results) is { } notes)
        {
            json["weights"] = notes.DeepClone();
        }

        return json;
    }

    /// <summary>The line of the report's setup; none if the file contained the network's tensors and no more.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Setup(TaskSpec? pretraining, StoreResults results) =>
        pretraining is not null
        && Find(pretraining, results)?.Deserialize<CheckpointNotes>(ResultJson.Options)
            is { Text: { Length: > 0 } text }
            ? [new("weights", text)]
            : [];

    // Weights that an earlier version read have no notes, and neither has P that the study trained.
    private static JsonNode? Find(TaskSpec pretraining, StoreResults results) => results.Read(pretraining)[Notes];
}
