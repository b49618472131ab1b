using System.Text.Json.Nodes;

namespace TransferLens.Analyses.Common;

/// <summary>Reads how a training run ended from its artifact, inside of a task.</summary>
internal static class TrainedArtifact
{
    /// <summary>Whether the run diverged.</summary>
    /// <param name="folder">Folder of the artifact of the training task.</param>
    public static bool HasDiverged(string folder) =>
        (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))!["status"] == "diverged";
}
