using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>
/// One split of CheXpert (Irvin et al. 2019), radiographs of the chest with five findings, each present or absent, as the
/// paper's released code reads it: what is not mentioned is absent; what is uncertain is present for Edema and Atelectasis
/// and absent for the others; all views are taken; and in training an image with Cardiomegaly or Consolidation is listed twice.
/// </summary>
/// <remarks>
/// Options: <c>view</c> (<c>all</c>, <c>frontal</c> or <c>lateral</c>), <c>uncertain</c> (<c>paper</c>, or <c>ones</c> or
/// <c>zeros</c> for all five), <c>repeat_positives</c> (<c>true</c> or <c>false</c>), <c>root</c> (what paths are relative to,
/// instead of the list's folder), and <c>subsample</c>: the first so many lines of NumPy's
/// <c>RandomState(subsample_seed).permutation</c>, seed 1234 unless given. With <c>test_list</c> as <c>train</c> and not
/// <c>valid</c>, the test images are the as many lines that follow them in that order, as in the paper: 50,000 each of
/// <c>train.csv</c>. Images of one patient may then be in both.
/// </remarks>
internal sealed class CheXpert : IImageSource
{
    private const int PaperSeed = 1234;

    private static readonly ImmutableArray<string> Repeated = ["Cardiomegaly", "Consolidation"];
    private static readonly ImmutableArray<string> PresentWhereUncertain = ["Edema", "Atelectasis"];

    private readonly string root;

    /// <summary>Reads the list and looks whether every image of it that is used is there; decodes nothing.</summary>
    /// <exception cref="InputException">The list is missing or cannot be read, or images are missing.</exception>
    public CheXpert(DataSource source)
    {
        source.Allow("view", "uncertain", "repeat_positives", "subsample", "subsample_seed", "test_list", "root");
        var (training, ofTrain) = (source.IsTraining(), source.OneOf("test_list", "valid", "train") == "train");
        var list = CheXpertFiles.List(source, training || ofTrain);
        root = source.Options.GetValueOrDefault("root", Path.GetDirectoryName(list)!);
        var used = Part(
            source,
            InView(source, source.Reading(() => CheXpertList.Read(list)), list),
            behind: ofTrain && !training,
            list
        );
        var missing = used.Where(line => !File.Exists(Path.Combine(root, line.Path))).ToList();
        if (missing.Count > 0)
        {
            throw new InputException(
                $"{missing.Count} of the {used.Count} images that are used of '{list}' do not exist, the first being '{Path.Combine(root, missing[0].Path)}' of line {missing[0].Number}; unpack the archive beside the list, say by the option root where it lies, or take the lines out."
            );
        }

        var uncertain = source.OneOf("uncertain", "paper", "ones", "zeros");
        var rows = used.ConvertAll(line => (line.Path, Present: Present(line, uncertain)));
        if (training && source.OneOf("repeat_positives", "true", "false") == "true")
        {
            rows =
            [
                .. rows.SelectMany(row =>
                    Enumerable.Repeat(row, Repeated.Any(target => row.Present[Classes.IndexOf(target)]) ? 2 : 1)
                ),
            ];
        }

        Names = [.. rows.Select(row => row.Path)];
        Labels = ImageLabels.Any(Classes.Length, [.. rows.SelectMany(row => row.Present)]);
    }

    public ImmutableArray<string> Classes => CheXpertList.Targets;

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest =>
        field ??= FileDigest.Of(
            root,
            Names,
            ["chexpert", .. Classes, .. Enumerable.Range(0, Names.Length).Select(Labels.Marks)]
        );

    public DecodedImage Read(int index) =>
        ImageFile.Decode(Path.Combine(root, Names[index])) with
        {
            Fit = SquareFit.Radiograph,
        };

    private static List<CheXpertLine> InView(DataSource source, ImmutableArray<CheXpertLine> lines, string list)
    {
        var view = source.OneOf("view", "all", "frontal", "lateral");
        if (view == "all")
        {
            return [.. lines];
        }

        var seen = lines[0].View is null
            ? throw new InputException(
                $"The header of '{list}' has no column 'Frontal/Lateral', so that the {view} images cannot be told; give CheXpert's own list, or leave the option view out."
            )
            : lines.Where(line => line.View!.Equals(view, StringComparison.OrdinalIgnoreCase)).ToList();
        return seen.Count > 0
            ? seen
            : throw new InputException(
                $"The list '{list}' has no {view} image; leave the option view out, or give another list."
            );
    }

    private static List<CheXpertLine> Part(DataSource source, List<CheXpertLine> lines, bool behind, string list)
    {
        var (size, seed) = (
            source.Number("subsample", lines.Count, 1, int.MaxValue),
            source.Number("subsample_seed", PaperSeed, 0, int.MaxValue)
        );
        if (behind && size >= lines.Count)
        {
            throw new InputException(
                $"Test images are to come out of '{list}' behind {(source.Options.ContainsKey("subsample") ? $"{size}" : "all")} training images, but it has {lines.Count} lines; give a subsample below that, or leave the option test_list out for the images of valid.csv."
            );
        }

        return size < lines.Count
            ?
            [
                .. new NumpyRandom((uint)seed)
                    .Permutation(lines.Count)
                    .Skip(behind ? size : 0)
                    .Take(size)
                    .Select(i => lines[i]),
            ]
            : lines;
    }

    private ImmutableArray<bool> Present(CheXpertLine line, string uncertain) =>
        [
            .. line.Findings.Select(
                (finding, i) =>
                    finding == 1
                    || (
                        finding == -1
                        && (uncertain == "ones" || (uncertain == "paper" && PresentWhereUncertain.Contains(Classes[i])))
                    )
            ),
        ];
}
