using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Some of the images of a source, the first of each class in turn: class folders come class by class, and the first so
/// many of a whole data set would be images of one class.
/// </summary>
internal sealed class LimitedImageSource : IImageSource
{
    private readonly IImageSource source;
    private readonly ImmutableArray<int> chosen;

    public LimitedImageSource(IImageSource source, int limit)
    {
        this.source = source;
        chosen = StratifiedSample.Choose(source.Labels, limit);
        Labels = source.Labels.At(chosen);
        Names = [.. chosen.Select(i => source.Names[i])];
    }

    public ImmutableArray<string> Classes => source.Classes;

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    // The choice follows from the source and its length.
    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"the first {chosen.Length} in turn of {source.Digest}"))
        );

    public DecodedImage Read(int index) => source.Read(chosen[index]);
}
