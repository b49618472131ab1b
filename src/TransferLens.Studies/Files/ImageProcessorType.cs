using System.Collections.Immutable;

namespace TransferLens.Studies.Files;

/// <summary>A class of transformers that preprocesses images, and what it does where its file is silent.</summary>
/// <param name="Name">
/// Its name without <c>ImageProcessor</c>, <c>ImageProcessorFast</c> or <c>FeatureExtractor</c>.
/// </param>
/// <param name="TakesBothSides">Whether a <c>size</c> that is one number means both sides.</param>
/// <param name="Crops">Whether it cuts out the centre unless <c>do_center_crop</c> is false.</param>
/// <param name="Resample">Pillow's number of its filter.</param>
internal sealed record ImageProcessorType(string Name, bool TakesBothSides, bool Crops, int Resample)
{
    /// <summary>The keys that name the class.</summary>
    public static ImmutableArray<string> Keys { get; } = ["image_processor_type", "feature_extractor_type"];

    private const int Bilinear = 2;
    private const int Bicubic = 3;

    private static readonly ImmutableArray<string> Endings =
    [
        "ImageProcessorFast",
        "ImageProcessorPil",
        "ImageProcessor",
        "FeatureExtractor",
    ];

    // Their steps differ from what their keys say elsewhere.
    private static readonly ImmutableArray<string> Others =
    [
        "Levit",
        "PoolFormer",
        "Perceiver",
        "ImageGPT",
        "MobileViT",
        "EfficientFormer",
    ];

    private static readonly ImmutableArray<ImageProcessorType> All =
    [
        new("ViT", true, false, Bilinear),
        new("DeiT", true, true, Bicubic),
        new("Beit", true, true, Bicubic),
        new("Siglip", true, false, Bicubic),
        new("Blip", true, false, Bicubic),
        new("EfficientNet", true, false, 0) { MustBeOff = "include_top" },
        new("CLIP", false, true, Bicubic),
        new("ChineseCLIP", false, true, Bicubic),
        new("Bit", false, true, Bicubic),
        new("MobileNetV1", false, true, Bilinear),
        new("MobileNetV2", false, true, Bilinear),
        new("ConvNext", false, false, Bicubic) { CutsFraction = true },
    ];

    /// <summary>
    /// Whether it cuts out the fraction <c>crop_pct</c> of images below 384 pixels, as ConvNeXt's does.
    /// </summary>
    public bool CutsFraction { get; init; }

    /// <summary>A key that changes pixels unless it is false; null for none.</summary>
    public string? MustBeOff { get; init; }

    /// <summary>The class that a file names; null for none, one that is not known here, or two.</summary>
    /// <exception cref="Inputs.InputException">It does what cannot be done here.</exception>
    public static ImageProcessorType? Find(PreprocessingKeys keys)
    {
        var stems = Keys.Select(keys.Word).OfType<string>().Select(Stem).Distinct(StringComparer.Ordinal).ToList();
        return stems.FirstOrDefault(Others.Contains) is { } other
            ? throw keys.Wrong($"is of transformers' class for {other}, whose way of resizing cannot be done here")
            : stems.Count == 1 ? All.FirstOrDefault(type => type.Name == stems[0]) : null;
    }

    /// <summary>The names of the class that a file gives, for a sentence; null for none.</summary>
    public static string? NameIn(PreprocessingKeys keys)
    {
        var names = Keys.Select(keys.Word).OfType<string>().DistinctBy(Stem, StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : string.Join(" and ", names);
    }

    private static string Stem(string name) =>
        name[..^Endings.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.Ordinal), "").Length];
}
