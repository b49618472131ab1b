using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>npz</c>.</summary>
internal sealed class NpzFormat : ImageFormat
{
    internal static readonly TextOption ImagesArray = new(
        "images_array",
        "Name of the array of images; by default train_images, val_images or test_images, x_train or x_test, or images."
    );

    internal static readonly TextOption LabelsArray = new(
        "labels_array",
        "Name of the array of labels; by default as the array of images, with labels for images and y for x."
    );

    public override string Name => "npz";

    public override string Summary => "NumPy's .npz file with arrays of images and labels, as MedMNIST has them.";

    public override PathKind? Location => PathKind.File;

    public override bool TakesSplit => true;

    public override bool HasValidation => true;

    public override ImmutableArray<string> Endings => [".npz"];

    public override ImmutableArray<DataOption> Options => [ImagesArray, LabelsArray];

    public override IImageSource Open(DataSource source) => new NpzImages(source);
}
