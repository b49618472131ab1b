using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>
/// One split of one domain of DomainNet (Peng et al. 2019, http://ai.bu.edu/M3SDA/): a list of images,
/// <c>DOMAIN_train.txt</c> or <c>DOMAIN_test.txt</c>, whose lines are <c>path label</c>, paths being relative to its folder.
/// </summary>
/// <remarks>
/// The option <c>subsample</c> takes so many images, those and in the order of NumPy's
/// <c>RandomState(subsample_seed).choice(n, subsample, replace=False)</c> over the list's lines, and all when there are no
/// more, as the paper's released code does; <c>subsample_seed</c> is 2020 unless given. Classes are those of the whole list,
/// in the order of their labels.
/// </remarks>
internal sealed class DomainNet : IImageSource
{
    private const int PaperSeed = 2020;

    private readonly string root;

    /// <summary>Reads the list and looks whether every image of it that is used is there; decodes nothing.</summary>
    /// <exception cref="InputException">The list is missing or cannot be read, or images are missing.</exception>
    public DomainNet(DataSource source)
    {
        source.Allow("domain", "subsample", "subsample_seed");
        var path = DomainNetFiles.List(source);
        var list = source.Reading(() => DomainNetList.Read(path));
        var (size, seed) = (
            source.Number("subsample", list.Lines.Length, 1, int.MaxValue),
            source.Number("subsample_seed", PaperSeed, 0, int.MaxValue)
        );
        var used =
            size < list.Lines.Length
                ? new NumpyRandom((uint)seed).Choice(list.Lines.Length, size).Select(i => list.Lines[i]).ToList()
                : [.. list.Lines];
        root = Path.GetDirectoryName(path)!;
        var missing = used.Where(line => !File.Exists(Path.Combine(root, line.Path))).ToList();
        if (missing.Count > 0)
        {
            throw new InputException(
                $"{missing.Count} of the {used.Count} images that are used of '{path}' do not exist, the first being '{Path.Combine(root, missing[0].Path)}' of line {missing[0].Number}; unpack the archive of the domain beside the list, or take the lines out."
            );
        }

        Classes = list.Classes;
        var labels = list.Labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i);
        Names = [.. used.Select(line => line.Path)];
        Labels = ImageLabels.One([.. used.Select(line => labels[line.Label])]);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest =>
        field ??= FileDigest.Of(root, Names, ["domainnet", .. Classes, .. Labels.Single.Select(label => $"{label}")]);

    public DecodedImage Read(int index) => ImageFile.Decode(Path.Combine(root, Names[index]));
}
