using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>webdataset</c>.</summary>
internal sealed class WebDatasetFormat : ImageFormat
{
    internal static readonly TextOption LabelKey = new(
        "label_key",
        "Key of the label in .json files; by default label, cls or class, whichever the first file has."
    );

    public override string Name => "webdataset";

    public override string Summary => "WebDataset's tar shards with an image and a .cls or .json file per sample.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override bool HasValidation => true;

    public override ImmutableArray<string> Endings => [".tar"];

    public override ImmutableArray<DataOption> Options => [LabelKey];

    public override IImageSource Open(DataSource source) => new WebDataset(source);
}
