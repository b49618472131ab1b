using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace Extending;

/// <summary>A format of our own: images of horizontal or vertical stripes, computed instead of read.</summary>
internal sealed class StripesFormat : ImageFormat
{
    public override string Name => "stripes";

    public override string Summary => "Images of horizontal or vertical stripes.";

    public override PathKind? Location => null;

    public override bool TakesSplit => true;

    public override ImmutableArray<DataOption> Options =>
        [new IntegerOption("width", "Width of a stripe in pixels; 2 by default.", Minimum: 1, Maximum: 8)];

    public override IImageSource Open(DataSource source) =>
        new Stripes(
            perClass: int.Parse(source.Options["images"]),
            width: int.Parse(source.Options.GetValueOrDefault("width", "2")),
            isTest: source.Options["split"] == "test"
        );
}

/// <summary>The images of <see cref="StripesFormat"/>: each is shifted by its own number of pixels.</summary>
internal sealed class Stripes(int perClass, int width, bool isTest) : IImageSource
{
    private const int Side = 32;

    public ImmutableArray<string> Classes => ["horizontal", "vertical"];

    public ImageLabels Labels =>
        ImageLabels.SingleLabel([.. Enumerable.Range(0, 2 * perClass).Select(i => i / perClass)]);

    public ImmutableArray<string> Names => [.. Enumerable.Range(0, 2 * perClass).Select(i => $"{i}")];

    public string Digest => $"stripes {perClass} {width} {isTest}";

    public DecodedImage Read(int index)
    {
        var shift = (7 * index) + (isTest ? 3 : 0);
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y) = (i / 3 % Side, i / 3 / Side);
            var along = index < perClass ? y : x;
            pixels[i] = (byte)((along + shift) / width % 2 == 0 ? 40 : 200);
        }

        return new(Side, Side, pixels);
    }
}
