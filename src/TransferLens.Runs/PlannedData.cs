using System.Security.Cryptography;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Runs;

/// <summary>Looks at data and weights on this machine for the planner; each once.</summary>
internal sealed class PlannedData : IPlannedData
{
    private readonly Dictionary<string, ImagesDescription> seen = new(StringComparer.Ordinal);

    public ImagesDescription Describe(DataSource source)
    {
        var identity = StudyJson.Of(source).ToJsonString();
        if (!seen.TryGetValue(identity, out var known))
        {
            var images = ImageFormats.Open(source);
            seen.Add(
                identity,
                known = new(images.Digest, images.Classes, images.Labels.Count, images.Labels.IsMultiLabel)
            );
        }

        return known;
    }

    public string WeightsDigest(string path, string network)
    {
        using (var weights = Checkpoint.Read(path))
        using (var loaded = Networks.Create(network, NetworkFit.Classes(network, weights), seed: 0))
        {
            WeightsLoader.Load(loaded, weights, newHead: true);
        }

        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
