using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Training;

/// <summary>Where the artifact of a training, or of imported weights, has its checkpoints.</summary>
public static class CheckpointFiles
{
    /// <summary>The file of an epoch: <c>checkpoints/epoch-NNN.safetensors</c>.</summary>
    /// <param name="folder">The artifact's folder.</param>
    /// <param name="epoch">The epoch; 0 is before any step.</param>
    public static string Of(string folder, int epoch) =>
        Path.Combine(folder, "checkpoints", $"epoch-{epoch:000}.safetensors");

    /// <summary>The file of an epoch given in words.</summary>
    /// <param name="folder">The artifact's folder; its <c>result.json</c>, which need not be there yet for a number, says which epochs are the last and the best.</param>
    /// <param name="which"><c>last</c>, <c>best</c>, or a number.</param>
    /// <exception cref="InputException">No checkpoint of that epoch was kept.</exception>
    public static string Of(string folder, string which)
    {
        var epoch = which is "last" or "best"
            ? (int)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))![which]!
            : int.Parse(which, System.Globalization.CultureInfo.InvariantCulture);
        var path = Of(folder, epoch);
        return File.Exists(path)
            ? path
            : throw new InputException($"No checkpoint of epoch {which} was kept; add it to `keep` of the training.");
    }
}
