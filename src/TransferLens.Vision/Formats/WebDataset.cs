using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Samples in tar files (shards): files with the same path up to the first dot of the name belong to one sample, which
/// has an image and a label, in a <c>.cls</c> file (an integer or a name) or under a key of a <c>.json</c> file. Shards
/// are read in ordinal order of their paths, samples in their order. Source: https://github.com/webdataset/webdataset.
/// </summary>
internal sealed class WebDataset : IImageSource
{
    private readonly string folder;
    private readonly ImmutableArray<string> files;
    private readonly ImmutableArray<WebSample> samples;

    /// <summary>Lists the samples and reads their labels; decodes nothing.</summary>
    /// <exception cref="InputException">A shard is damaged or compressed, or a sample has no label.</exception>
    public WebDataset(DataSource source)
    {
        var found = SplitFiles.Find(source, ".tar");
        folder = File.Exists(source.Location) ? Path.GetDirectoryName(source.Location)! : source.Location;
        files = [.. found.Select(path => Path.GetRelativePath(folder, path))];
        var labels = new WebLabels(source.Value(WebDatasetFormat.LabelKey));
        var read = found.SelectMany(path => source.Reading(() => WebShard.Read(path, labels))).ToList();
        samples = [.. read.Where(sample => sample.HasImage)];
        if (samples.IsEmpty)
        {
            throw new InputException($"The shards of '{source.Location}' contain no image; give other shards.");
        }

        if (read.Count > samples.Length)
        {
            LeftOut = [new("samples without image", read.Count - samples.Length)];
        }

        (Classes, Labels) = WrittenLabels.Read(samples.Select(sample => sample.Label), image =>
            $"The sample '{samples[image].Title}'"
        );
        Names = [.. samples.Select(sample => sample.Key)];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; } = [];

    public ImmutableArray<ulong> Contents =>
        field.IsDefault ? field = [.. samples.Select(sample => ContentHash.Of(sample.Read()))] : field;

    public string Digest =>
        field ??= FileDigest
            .Compute(folder, files, ["webdataset", .. Classes, .. Labels.Single.Select(label => $"{label}")])
            .Digest;

    public DecodedImage Read(int index) => ImageFile.Decode(samples[index].Read(), samples[index].Title);
}
