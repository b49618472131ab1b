using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>chexpert</c>.</summary>
internal sealed class CheXpertFormat : ImageFormat
{
    internal const string Instructions =
        "unpack CheXpert-v1.0-small.zip from https://stanfordmlgroup.github.io/competitions/chexpert/ there, "
        + "so that the folder contains train.csv, valid.csv and the folders train and valid";

    internal static readonly ChoiceOption View = new(
        "view",
        "The views to use; all, as in the paper, by default.",
        ["all", "frontal", "lateral"]
    );

    internal static readonly ChoiceOption Uncertain = new(
        "uncertain",
        "How an uncertain finding counts; paper, present for Edema and Atelectasis only, by default.",
        ["paper", "ones", "zeros"]
    );

    internal static readonly FlagOption RepeatPositives = new(
        "repeat_positives",
        "Whether images with Cardiomegaly or Consolidation are listed twice; true, as in the paper, by default.",
        Default: true
    );

    internal static readonly IntegerOption Subsample = new(
        "subsample",
        "At most this many images of each split, drawn by NumPy's RandomState(subsample_seed); all by default.",
        Minimum: 1
    );

    internal static readonly IntegerOption SubsampleSeed = new(
        "subsample_seed",
        "Seed of subsample; the paper's, 1234, by default.",
        Minimum: 0
    );

    internal static readonly ChoiceOption TestList = new(
        "test_list",
        "The list of the test images: valid, or train for those that follow the training images; valid by default.",
        ["valid", "train"]
    );

    internal static readonly FolderOption Root = new(
        "root",
        "The folder that the paths in the list are relative to; the list's own folder by default."
    );

    public override string Name => "chexpert";

    public override string Summary => "CheXpert's lists and radiographs, with five findings: the folder, or one list.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override ImmutableArray<DataOption> Options =>
        [View, Uncertain, RepeatPositives, Subsample, SubsampleSeed, TestList, Root];

    public override string? Layout => Instructions;

    public override IImageSource Open(DataSource source) => new CheXpert(source);
}
