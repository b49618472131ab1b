using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats;

/// <summary>
/// One split of CheXpert (Irvin et al. 2019), chest radiographs with five findings, each present or absent, read as in
/// the paper's released code: a finding that is not mentioned is absent; an uncertain one is present for Edema and
/// Atelectasis and absent for the others; all views are used; and training images with Cardiomegaly or Consolidation
/// are listed twice.
/// </summary>
/// <remarks>
/// The option <c>subsample</c> takes the first lines of NumPy's <c>RandomState(subsample_seed).permutation</c>. With
/// <c>test_list</c> set to <c>train</c>, the test images are the same number of lines that follow them in that order,
/// as in the paper: 50,000 each of <c>train.csv</c>. Images of one patient may then be in both splits.
/// </remarks>
internal sealed class CheXpert : IImageSource
{
    private const int PaperSeed = 1234;

    private static readonly ImmutableArray<string> Repeated = ["Cardiomegaly", "Consolidation"];
    private static readonly ImmutableArray<string> PresentWhereUncertain = ["Edema", "Atelectasis"];

    private readonly DataSource source;
    private readonly string list;
    private readonly string root;

    /// <summary>Reads the list and checks that every image that is used exists; decodes nothing.</summary>
    /// <exception cref="InputException">The list is missing or cannot be read, or images are missing.</exception>
    public CheXpert(DataSource source)
    {
        this.source = source;
        var training = source.IsTraining();
        var testsOnTrainingList = source.Value(CheXpertFormat.TestList) == "train";
        list = CheXpertFiles.FindList(source, training || testsOnTrainingList);
        root = source.Value(CheXpertFormat.Root) ?? Path.GetDirectoryName(list)!;
        var lines = InView(source.Reading(() => CheXpertList.Read(list)));
        var used = Subsample(lines, afterTraining: testsOnTrainingList && !training);
        var listed = new ListedImages(list, root, [.. used.Select(line => new ListedImage(line.Number, line.Path))]);
        var existing = listed.Existing(
            source,
            "unpack the archive next to the list, set the option root to its folder, or remove the lines"
        );
        LeftOut = listed.LeftOut(existing);
        var uncertain = source.Value(CheXpertFormat.Uncertain);
        var images = existing.Select(i => (used[i].Path, Present: Present(used[i], uncertain))).ToList();
        if (training && source.Value(CheXpertFormat.RepeatPositives))
        {
            images = [.. images.SelectMany(image => Enumerable.Repeat(image, IsRepeated(image.Present) ? 2 : 1))];
        }

        Names = [.. images.Select(image => image.Path)];
        Labels = ImageLabels.MultiLabel(Classes.Length, [.. images.SelectMany(image => image.Present)]);
    }

    public ImmutableArray<string> Classes => CheXpertList.Targets;

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<LeftOutFiles> LeftOut { get; }

    public string Digest => Files.Digest;

    public ImmutableArray<ulong> Contents => Files.Contents;

    private FileDigest Files =>
        field ??= FileDigest.Compute(
            root,
            Names,
            ["chexpert", .. Classes, .. Enumerable.Range(0, Names.Length).Select(Labels.Marks)]
        );

    public DecodedImage Read(int index) =>
        ImageFile.Decode(Path.Combine(root, Names[index])) with
        {
            Fit = SquareFit.Radiograph,
        };

    private List<CheXpertLine> InView(ImmutableArray<CheXpertLine> lines)
    {
        var view = source.Value(CheXpertFormat.View);
        if (view == CheXpertFormat.View.Choices[0])
        {
            return [.. lines];
        }

        if (lines[0].View is null)
        {
            throw new InputException(
                $"The header of '{list}' has no column 'Frontal/Lateral', so the {view} images are unknown; "
                    + "give CheXpert's own list, or remove the option view."
            );
        }

        var found = lines.Where(line => line.View!.Equals(view, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count > 0
            ? found
            : throw new InputException(
                $"The list '{list}' has no {view} image; remove the option view, or give another list."
            );
    }

    private List<CheXpertLine> Subsample(List<CheXpertLine> lines, bool afterTraining)
    {
        var size = source.Value(CheXpertFormat.Subsample);
        var seed = source.Value(CheXpertFormat.SubsampleSeed) ?? PaperSeed;
        if (size is { } limit && limit < lines.Count)
        {
            var order = new NumpyRandom((uint)seed).Permutation(lines.Count);
            return [.. order.Skip(afterTraining ? limit : 0).Take(limit).Select(i => lines[i])];
        }

        return afterTraining
            ? throw new InputException(
                $"The test images follow {(size is null ? "all" : $"{size}")} training images in '{list}', but it has "
                    + $"{lines.Count} lines; give a smaller subsample, or remove the option test_list to use valid.csv."
            )
            : lines;
    }

    private bool IsRepeated(ImmutableArray<bool> present) => Repeated.Any(finding => present[Classes.IndexOf(finding)]);

    private ImmutableArray<bool> Present(CheXpertLine line, string uncertain)
    {
        return [.. line.Findings.Select((finding, i) => finding == 1 || (finding == -1 && IsPresent(Classes[i])))];

        bool IsPresent(string finding) =>
            uncertain switch
            {
                "ones" => true,
                "zeros" => false,
                _ => PresentWhereUncertain.Contains(finding),
            };
    }
}
