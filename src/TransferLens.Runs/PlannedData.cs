using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Runs;

/// <summary>Describes data and weights on this machine for the planner, each once.</summary>
/// <param name="catalog">Contains the formats and networks.</param>
/// <param name="skipBadImages">Whether images that a list names and that do not exist are left out.</param>
internal sealed class PlannedData(Catalog catalog, bool skipBadImages) : IPlannedData
{
    private readonly Dictionary<string, ImagesDescription> seen = new(StringComparer.Ordinal);
    private readonly List<(string Path, CheckpointNotes Notes)> weights = [];

    /// <summary>What reading the weights chose, renamed and left out: a sentence for all files with the same.</summary>
    public IEnumerable<string> WeightsNotes =>
        weights
            .GroupBy(file => file.Notes.Text)
            .Select(group => group.First().Notes.Sentence(group.Select(file => file.Path)))
            .OfType<string>();

    public ImagesDescription Describe(DataSource source)
    {
        var identity = StudyJson.Write(source).ToJsonString();
        if (!seen.TryGetValue(identity, out var known))
        {
            var images = ImageFormats.Open(
                source with
                {
                    SkipsMissing = skipBadImages,
                },
                [.. catalog.Formats.OfType<ImageFormat>()]
            );
            seen.Add(
                identity,
                known = new(images.Digest, images.Classes, images.Labels.Count, images.Labels.IsMultiLabel)
                {
                    LeftOut = images.LeftOut,
                    Remarks = images.Remarks,
                    Contents = images.Contents,
                }
            );
        }

        return known;
    }

    // The head is new for each target, so it may be missing.
    public WeightsDescription DescribeWeights(string path, string? key, string network)
    {
        using var read = Read(path, key, network);
        weights.Add((path, read.Notes));
        return new(WeightsFile.Digest(path), read.Notes.AlsoThere.IsEmpty ? null : read.Notes.Key);
    }

    private CheckpointWeights Read(string path, string? key, string network)
    {
        try
        {
            return Checkpoint.Read(path, (NetworkArchitecture)catalog.Network(network), key);
        }
        catch (InputException tie) when (tie.InnerException is SeveralStateDictsException { Found: [var first, ..] })
        {
            throw new InputException(
                $"{tie.Message} In the study, write weights: {{file: {Path.GetFileName(path)}, key: {first.Key}}}.",
                tie
            );
        }
    }
}
