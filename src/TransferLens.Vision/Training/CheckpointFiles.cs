using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Training;

/// <summary>The checkpoints in the artifact of a training run, or of imported weights.</summary>
internal static class CheckpointFiles
{
    /// <summary>The file of an epoch, whether it exists or not: <c>checkpoints/epoch-NNN.safetensors</c>.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="epoch">The epoch; 0 is before any step.</param>
    public static string PathOf(string folder, int epoch) =>
        Path.Combine(folder, "checkpoints", $"epoch-{epoch:000}.safetensors");

    /// <summary>Finds the file of an epoch.</summary>
    /// <param name="folder">The artifact's folder. Its <c>result.json</c> gives the last and the best epoch.</param>
    /// <param name="which"><c>last</c>, <c>best</c>, or a number.</param>
    /// <exception cref="InputException">No checkpoint of that epoch was kept.</exception>
    public static string Find(string folder, string which)
    {
        var epoch = which is "last" or "best"
            ? (int)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))![which]!
            : int.Parse(which, CultureInfo.InvariantCulture);
        var path = PathOf(folder, epoch);
        return File.Exists(path)
            ? path
            : throw new InputException(
                $"No checkpoint of epoch {which} was kept; add the epoch to `keep` of the training settings."
            );
    }
}
