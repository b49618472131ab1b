using System.Security.Cryptography;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Runs;

/// <summary>Describes data and weights on this machine for the planner, each once.</summary>
/// <param name="catalog">Contains the formats and networks.</param>
internal sealed class PlannedData(Catalog catalog) : IPlannedData
{
    private readonly Dictionary<string, ImagesDescription> seen = new(StringComparer.Ordinal);

    public ImagesDescription Describe(DataSource source)
    {
        var identity = StudyJson.Write(source).ToJsonString();
        if (!seen.TryGetValue(identity, out var known))
        {
            var images = ImageFormats.Open(source, [.. catalog.Formats.OfType<ImageFormat>()]);
            seen.Add(
                identity,
                known = new(images.Digest, images.Classes, images.Labels.Count, images.Labels.IsMultiLabel)
                {
                    LeftOut = images.LeftOut,
                    Contents = images.Contents,
                }
            );
        }

        return known;
    }

    public string WeightsDigest(string path, string network)
    {
        var declared = (NetworkArchitecture)catalog.Network(network);
        using (var weights = Checkpoint.Read(path))
        using (var loaded = declared.Create(NetworkFit.Classes(declared, weights), seed: 0))
        {
            WeightsLoader.Load(loaded, weights, newHead: true);
        }

        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
