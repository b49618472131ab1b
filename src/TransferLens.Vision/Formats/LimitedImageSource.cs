using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>
/// A <see cref="StratifiedSample"/> of the images of a source. Class folders are listed class by class, so the first
/// images of a data set would all be of one class.
/// </summary>
internal sealed class LimitedImageSource : IImageSource
{
    private readonly IImageSource source;
    private readonly ImmutableArray<int> sample;

    public LimitedImageSource(IImageSource source, int limit)
    {
        this.source = source;
        sample = StratifiedSample.Choose(source.Labels, limit);
        Labels = source.Labels.At(sample);
        Names = [.. sample.Select(i => source.Names[i])];
    }

    public ImmutableArray<string> Classes => source.Classes;

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut => source.LeftOut;

    public ImmutableArray<string> Remarks => source.Remarks;

    public ImmutableArray<ulong> Contents =>
        source.Contents is { IsEmpty: false } all ? [.. sample.Select(i => all[i])] : [];

    // The sample follows from the source and its length. The text is part of stored digests, so it must not change.
    public string Digest =>
        field ??= Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"the first {sample.Length} in turn of {source.Digest}"))
        );

    public DecodedImage Read(int index) => source.Read(sample[index]);
}
