using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>hf_parquet</c>.</summary>
internal sealed class ParquetFormat : ImageFormat
{
    internal static readonly TextOption ImageColumn = new(
        "image_column",
        "Column of the images, with bytes inside or as its values; by default image or img."
    );

    internal static readonly TextOption LabelColumn = new(
        "label_column",
        "Column of the labels; by default label, labels or fine_label."
    );

    public override string Name => "hf_parquet";

    public override string Summary =>
        "Parquet files of Hugging Face data sets, with image files and labels in columns.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override bool HasValidation => true;

    public override ImmutableArray<string> Endings => [".parquet"];

    public override ImmutableArray<DataOption> Options => [ImageColumn, LabelColumn];

    public override IImageSource Open(DataSource source) => new ParquetImages(source);
}
