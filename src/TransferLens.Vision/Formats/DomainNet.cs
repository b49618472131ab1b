using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>domainnet</c>.</summary>
internal sealed class DomainNetFormat : ImageFormat
{
    internal const string Instructions =
        "for each domain, unpack DOMAIN.zip from http://ai.bu.edu/M3SDA/ there to DOMAIN/CLASS/NAME.jpg, "
        + "and put next to the folder DOMAIN its lists DOMAIN_train.txt and DOMAIN_test.txt";

    internal static readonly TextOption Domain = new(
        "domain",
        "The domain to read from a folder with several, for example real; not used where train and test are lists."
    );

    internal static readonly IntegerOption Subsample = new(
        "subsample",
        "At most this many images of each split, drawn by NumPy's RandomState(subsample_seed); all by default.",
        Minimum: 1
    );

    internal static readonly IntegerOption SubsampleSeed = new(
        "subsample_seed",
        "Seed of subsample; the paper's, 2020, by default.",
        Minimum: 0
    );

    public override string Name => "domainnet";

    public override string Summary => "DomainNet's lists and images: the folder of the lists, or one list.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override ImmutableArray<DataOption> Options => [Domain, Subsample, SubsampleSeed];

    public override string? Layout => Instructions;

    public override IImageSource Open(DataSource source) => new DomainNet(source);
}

/// <summary>
/// One split of one domain of DomainNet (Peng et al. 2019, http://ai.bu.edu/M3SDA/): a list of images,
/// <c>DOMAIN_train.txt</c> or <c>DOMAIN_test.txt</c>, with lines <c>path label</c>; paths are relative to its folder.
/// </summary>
/// <remarks>
/// With the option <c>subsample</c>, the images are those of NumPy's <c>RandomState(subsample_seed).choice(n,
/// subsample, replace=False)</c> over the list's lines, in that order, and all images when there are no more, as in the
/// paper's released code. Classes are those of the whole list, in the order of their labels.
/// </remarks>
internal sealed class DomainNet : IImageSource
{
    private const int PaperSeed = 2020;

    private readonly string root;

    /// <summary>Reads the list and checks that every image that is used exists; decodes nothing.</summary>
    /// <exception cref="InputException">The list is missing or cannot be read, or images are missing.</exception>
    public DomainNet(DataSource source)
    {
        var path = DomainNetFiles.FindList(source);
        var list = source.Reading(() => DomainNetList.Read(path));
        root = Path.GetDirectoryName(path)!;
        var all = new ListedImages(path, root, [.. list.Lines.Select(Listed)]);
        var repeated = all.CountRepeated([.. list.Lines.Select(line => $"{line.Label}")]);
        var used = Subsample(list.Lines, source);
        var images = new ListedImages(path, root, [.. used.Select(Listed)]);
        var existing = images.Existing(source, "unpack the domain's archive next to the list, or remove the lines");
        Classes = list.Classes;
        var indices = list.Labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i);
        Names = [.. existing.Select(image => used[image].Path)];
        Labels = ImageLabels.SingleLabel([.. existing.Select(image => indices[used[image].Label])]);
        LeftOut = images.LeftOut(existing);
        Remarks = [.. new[] { all.Remark(repeated) }.OfType<string>()];
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; }

    public ImmutableArray<string> Remarks { get; }

    public string Digest => Files.Digest;

    public ImmutableArray<ulong> Contents => Files.Contents;

    private FileDigest Files =>
        field ??= FileDigest.Compute(
            root,
            Names,
            ["domainnet", .. Classes, .. Labels.Single.Select(label => $"{label}")]
        );

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(root, Names[index]));

    private static ImmutableArray<DomainNetLine> Subsample(ImmutableArray<DomainNetLine> lines, DataSource source)
    {
        var size = source.Value(DomainNetFormat.Subsample) ?? lines.Length;
        var seed = source.Value(DomainNetFormat.SubsampleSeed) ?? PaperSeed;
        return size < lines.Length
            ? [.. new NumpyRandom((uint)seed).Choice(lines.Length, size).Select(i => lines[i])]
            : lines;
    }

    private static ListedImage Listed(DomainNetLine line) => new(line.Number, line.Path);
}
