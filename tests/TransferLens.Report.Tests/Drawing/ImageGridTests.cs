using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using SkiaSharp;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.Drawing;

public class ImageGridTests
{
    [Fact]
    public void An_SVG_of_a_grid_contains_every_image_and_refers_only_to_itself()
    {
        var drawn = XElement.Parse(FigureRenderer.Svg(Grid(8)));
        var ids = drawn.Descendants().Attributes("id").Select(id => id.Value).ToList();
        var references = drawn
            .Descendants()
            .Attributes()
            .Where(attribute => attribute.Name.LocalName == "href")
            .Select(attribute => attribute.Value)
            .ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(8, references.Count(reference => reference.StartsWith('#') && ids.Contains(reference[1..])));
        Assert.All(references, reference =>
            Assert.True(
                reference.StartsWith('#') || reference.StartsWith("data:image/png;base64,", StringComparison.Ordinal)
            )
        );
        Assert.Contains(
            "taken for dog, 7 %",
            drawn.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)
        );
        Assert.Equal(FigureRenderer.Svg(Grid(8)), FigureRenderer.Svg(Grid(8)));
    }

    [Fact]
    public void Small_images_are_enlarged_without_smoothing()
    {
        using var drawn = SKBitmap.Decode(FigureRenderer.Png(Grid(1), 132));
        // The image has a red row above a green row. It is shown at (18, 4), 96 pixels wide and high.
        Assert.Equal(SKColors.Red, drawn.GetPixel(66, 50));
        Assert.Equal(SKColors.Lime, drawn.GetPixel(66, 54));
        Assert.Equal(SKColors.White, drawn.GetPixel(10, 50));
    }

    [Fact]
    public void An_image_that_cannot_be_decoded_is_marked_and_an_empty_grid_is_drawn()
    {
        var broken = new ImageGrid("broken", "t", "d", [new("x", [1, 2, 3], ["line"])]);
        Assert.NotEmpty(FigureRenderer.Svg(broken));
        Assert.NotEmpty(FigureRenderer.Png(broken, 100));
        Assert.NotEmpty(FigureRenderer.Svg(broken with { Cells = [] }));
    }

    [Fact]
    public void Each_image_of_the_page_has_a_text_alternative_and_names_stay_text()
    {
        var grid = Grid(1) with { Cells = [new("<b>.png", Png(), ["a \"cat\"", "taken for <dog>"])] };
        var sample = SampleReport.Content();
        using var folder = new TemporaryFolder();
        var page = File.ReadAllText(
            ReportWriter.Write(
                sample with
                {
                    Sections =
                    [
                        new("mistakes", "Mistakes", new JsonObject(), [], [grid], [], sample.Sections[0].Method),
                    ],
                },
                folder.Path
            )
        );
        Assert.Contains("alt=\"a &quot;cat&quot;, taken for &lt;dog&gt;\"", page, StringComparison.Ordinal);
        Assert.Contains("title=\"&lt;b&gt;.png\"", page, StringComparison.Ordinal);
        Assert.Contains(
            $"src=\"data:image/png;base64,{Convert.ToBase64String([.. Png()])}\"",
            page,
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(folder["figures", "grid.png"]) && File.Exists(folder["figures", "grid.svg"]));
    }

    private static ImageGrid Grid(int count) =>
        new(
            "grid",
            "Images that only one gets wrong",
            "Some images.",
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new ImageCell($"cat/{i}.png", Png(), ["cat", $"taken for dog, {i} %"])),
            ]
        );

    private static ImmutableArray<byte> Png()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(2, 2, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(SKColors.Red);
        bitmap.SetPixel(0, 1, SKColors.Lime);
        bitmap.SetPixel(1, 1, SKColors.Lime);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return [.. data.ToArray()];
    }
}
