using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats.Synthetic;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>synthetic</c>.</summary>
internal sealed class SyntheticFormat : ImageFormat
{
    /// <summary>Set from <c>train</c> and <c>test</c> by a study; not a key of its data sets.</summary>
    internal static readonly IntegerOption Count = new(
        CountOption,
        "Images per class; 100 by default.",
        Minimum: 1,
        Maximum: 1_000_000
    );

    internal static readonly ChoiceOption Style = new(
        "style",
        "What the images look like; with noise, there is nothing to learn.",
        [.. Styles.All.Select(style => style.Name)]
    )
    {
        IsRequired = true,
    };

    internal static readonly IntegerOption Size = new(
        "size",
        "Side of the drawn images in pixels; images.size by default.",
        Minimum: 8,
        Maximum: 1024
    )
    {
        DefaultsToImageSize = true,
    };

    internal static readonly IntegerOption Seed = new("seed", "Seed of the images; 0 by default.", Minimum: 0);

    internal static readonly IntegerOption Classes = new(
        "classes",
        "Number of classes; all by default.",
        Minimum: 2,
        Maximum: Shapes.All.Length
    );

    public override string Name => "synthetic";

    public override string Summary => "Drawn images of everyday objects; needs no files.";

    public override PathKind? Location => null;

    public override bool TakesSplit => true;

    public override ImmutableArray<DataOption> Options => [Style, Size, Seed, Classes];

    public override IImageSource Open(DataSource source) => new SyntheticImages(source);
}
