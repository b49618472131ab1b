using System.Collections.Immutable;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Every style of synthetic images, by its name in a study file.</summary>
internal static class Styles
{
    public static ImmutableArray<(string Name, IStyle Style)> All { get; } =
    [
        ("photo", new PhotoStyle()),
        ("clipart", new ClipartStyle()),
        ("quickdraw", new QuickdrawStyle()),
        ("noise", new NoiseStyle()),
    ];

    /// <summary>The style with a name.</summary>
    public static IStyle Find(string name) => All.First(style => style.Name == name).Style;
}
