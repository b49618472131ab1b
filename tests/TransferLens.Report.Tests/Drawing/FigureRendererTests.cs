using System.Buffers.Binary;
using System.Globalization;
using System.Xml.Linq;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Tests.Drawing;

public sealed class FigureRendererTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Kinds => ["lines", "modules", "bars", "map", "surface", "tree"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_SVG_is_XML_with_title_description_and_role(string kind)
    {
        var figure = Figure(kind);
        var svg = XElement.Parse(FigureRenderer.Svg(figure));
        Assert.Equal(Svg + "svg", svg.Name);
        Assert.Equal("img", svg.Attribute("role")?.Value);
        Assert.Equal(figure.Title, svg.Element(Svg + "title")?.Value);
        Assert.Equal(figure.Description, svg.Element(Svg + "desc")?.Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_SVG_contains_every_label(string kind)
    {
        var figure = Figure(kind);
        var texts = XElement
            .Parse(FigureRenderer.Svg(figure))
            .Descendants(Svg + "text")
            .Select(text => text.Value)
            .ToList();
        var all = string.Join(' ', texts);
        Assert.All(Labels(figure), label => Assert.Contains(label, all, StringComparison.Ordinal));
    }

    [Fact]
    public void The_legend_shows_a_label_of_several_lines_once()
    {
        var texts = XElement
            .Parse(FigureRenderer.Svg(SampleReport.Lines()))
            .Descendants(Svg + "text")
            .Select(text => text.Value);
        Assert.Single(texts, "P-T");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Equal_figures_give_equal_bytes(string kind)
    {
        Assert.Equal(FigureRenderer.Svg(Figure(kind)), FigureRenderer.Svg(Figure(kind)));
        Assert.Equal(FigureRenderer.Png(Figure(kind), 300), FigureRenderer.Png(Figure(kind), 300));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_SVG_contains_no_non_finite_value(string kind)
    {
        var svg = FigureRenderer.Svg(Figure(kind));
        Assert.DoesNotContain("NaN", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Infinity", svg, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_SVG_refers_only_to_itself_and_contains_no_bitmap(string kind)
    {
        var svg = XElement.Parse(FigureRenderer.Svg(Figure(kind)));
        var ids = svg.Descendants().Attributes("id").Select(id => id.Value).ToHashSet();
        var used = svg.Descendants()
            .Attributes()
            .Where(attribute => attribute.Value.StartsWith("url(", StringComparison.Ordinal));
        Assert.All(used, attribute => Assert.Contains(attribute.Value["url(#".Length..^1], ids));
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "image" or "use" or "script");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_text_of_an_SVG_is_inside_and_at_least_11_pixels_high_on_a_640_pixel_panel(string kind)
    {
        var svg = XElement.Parse(FigureRenderer.Svg(Figure(kind)));
        foreach (var text in svg.Descendants(Svg + "text"))
        {
            Assert.True(Number(text, "font-size") >= 11 * 440 / 640.0, text.Value);
            var box = SvgBox.FromText(text);
            Assert.True(
                box.Left >= 0
                    && box.Top >= 0
                    && box.Right <= Number(svg, "width")
                    && box.Bottom <= Number(svg, "height"),
                $"{text.Value}: {box}"
            );
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(333)]
    [InlineData(1600)]
    public void A_PNG_has_the_given_width(int width)
    {
        var png = FigureRenderer.Png(SampleReport.Bars(), width);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
    }

    [Fact]
    public void Figures_without_values_are_drawn()
    {
        Figure[] empty =
        [
            new LineChart("a", "a", "", [new LinePanel("", "", "", [])]),
            new LineChart("a", "a", "", []),
            new LineChart(
                "a",
                "a",
                "",
                [new LinePanel("", "x", "y", [new Line("", 0, [0, 1], [double.NaN, double.PositiveInfinity], [], [])])]
            ),
            new BarChart("a", "a", "", []),
            new BarChart("a", "a", "", [new BarPanel("", "y", ["one"], [new BarSeries("", [double.NaN], [], [])])]),
            new Heatmap("a", "a", "", "", "", [], [], []),
            new Heatmap(
                "a",
                "a",
                "",
                "",
                "",
                ["c"],
                ["r"],
                [
                    [double.NaN],
                ]
            ),
            new Landscape("a", "a", "", "", []),
            new Landscape("a", "a", "", "", [new LandscapePanel("", "", "", [], [], [], [])]),
            new Landscape(
                "a",
                "a",
                "",
                "",
                [
                    new LandscapePanel(
                        "",
                        "x",
                        "y",
                        [0, 1],
                        [0, 1],
                        [
                            [double.NaN, double.NaN],
                            [double.NaN, double.PositiveInfinity],
                        ],
                        [new("s", double.NaN, 0)]
                    ),
                ]
            ),
            new Landscape(
                "a",
                "a",
                "",
                "",
                [
                    new LandscapePanel(
                        "",
                        "x",
                        "y",
                        [0],
                        [0],
                        [
                            [1],
                        ],
                        []
                    ),
                ]
            ),
            new Landscape(
                "a",
                "a",
                "",
                "",
                [
                    new LandscapePanel(
                        "",
                        "x",
                        "y",
                        [0, 1],
                        [0, 1],
                        [
                            [1, 1],
                            [1, 1],
                        ],
                        []
                    ),
                ]
            ),
        ];
        Assert.All(empty, figure =>
        {
            Assert.DoesNotContain("NaN", FigureRenderer.Svg(figure), StringComparison.Ordinal);
            Assert.NotEmpty(FigureRenderer.Png(figure, 100));
        });
    }

    [Fact]
    public void Names_with_markup_or_control_characters_stay_text()
    {
        var chart = SampleReport.Bars(["<script>", "a & b", "bell\u0007", "\ud800", "\"quoted\""]) with
        {
            Title = "</title><script>",
        };
        var svg = XElement.Parse(FigureRenderer.Svg(chart));
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName == "script");
        Assert.Contains(svg.Descendants(Svg + "text"), text => text.Value == "<script>");
        Assert.Contains(svg.Descendants(Svg + "text"), text => text.Value == "bell");
    }

    [Fact]
    public void A_letter_that_no_font_has_becomes_a_square_and_others_stay()
    {
        // The last label contains an unassigned code point.
        var chart = SampleReport.Bars(["a", "b", "c", "Žluťoučký кот λ", "cat \U0001FBFF end"]);
        var texts = XElement
            .Parse(FigureRenderer.Svg(chart))
            .Descendants(Svg + "text")
            .Select(text => text.Value)
            .ToList();
        Assert.Contains("Žluťoučký кот λ", texts);
        Assert.Contains("cat \u25a1 end", texts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_drawn_twice(string kind)
    {
        var texts = XElement
            .Parse(FigureRenderer.Svg(Figure(kind)))
            .Descendants(Svg + "text")
            .Select(text => text.ToString())
            .ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public void The_length_of_a_text_is_its_width_in_the_font_that_drew_it()
    {
        var svg = XElement.Parse(FigureRenderer.Svg(SampleReport.Bars()));
        var label = svg.Descendants(Svg + "text").Single(text => text.Value == "Relative gain of P-T over RI-T (%)");
        // The text is centred, so half of its length is left of the origin.
        Assert.Equal(-2 * Number(label, "x"), Number(label, "textLength"), 0.02 * Number(label, "textLength"));
    }

    [Fact]
    public void A_heatmap_marks_undefined_values()
    {
        var map = SampleReport.Map() with { Description = "" };
        Assert.Contains("undefined", FigureRenderer.Svg(map), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "undefined",
            FigureRenderer.Svg(
                map with
                {
                    Values =
                    [
                        [1, 0.5],
                        [0.25, 0],
                    ],
                }
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Contours_of_a_landscape_are_at_round_values_and_labelled_on_the_colour_bar()
    {
        var texts = Texts(SampleReport.Surface());
        Assert.All(new[] { "20", "30", "40", "50", "60" }, level =>
            Assert.True(texts.Count(text => text == level) >= 2)
        );
        // On a tilted plane, only the levels determine the lines.
        var tilted = new Landscape(
            "a",
            "a",
            "",
            "q",
            [
                new LandscapePanel(
                    "",
                    "x",
                    "y",
                    [0, 1, 2],
                    [0, 1, 2],
                    [
                        [0.1, 0.5, 0.9],
                        [0.1, 0.5, 0.9],
                        [0.1, 0.5, 0.9],
                    ],
                    []
                ),
            ]
        );
        Assert.All(new[] { "0.2", "0.4", "0.6", "0.8" }, level => Assert.Contains(level, Texts(tilted)));
    }

    [Fact]
    public void A_landscape_over_several_powers_of_ten_has_a_logarithmic_scale()
    {
        var texts = Texts(
            new Landscape(
                "a",
                "a",
                "",
                "loss (nats)",
                [
                    new LandscapePanel(
                        "",
                        "x",
                        "y",
                        [0, 1],
                        [0, 1],
                        [
                            [0.03, 0.4],
                            [3, 80],
                        ],
                        []
                    ),
                ]
            )
        );
        Assert.All(new[] { "0.05", "0.1", "1", "10", "50" }, level => Assert.Contains(level, texts));
    }

    [Fact]
    public void Both_axes_of_a_landscape_have_the_same_scale()
    {
        // A grid twice as wide as high still has square cells.
        var panel = new LandscapePanel(
            "",
            "x",
            "y",
            [0, 10, 20, 30, 40],
            [0, 10, 20],
            [
                [1, 2, 3, 4, 5],
                [2, 3, 4, 5, 6],
                [3, 4, 5, 6, 7],
            ],
            [new("a", 0, 0), new("b", 40, 0), new("c", 40, 20)]
        );
        var svg = XElement.Parse(FigureRenderer.Svg(new Landscape("a", "a", "", "q", [panel])));
        var cells = svg.Descendants(Svg + "rect")
            .Where(rect => rect.Attribute("fill") is { Value: not ("white" or "#fff" or "none") })
            .Select(rect => (Number(rect, "width"), Number(rect, "height")))
            .ToList();
        var cell = cells
            .GroupBy(size => (Math.Round(size.Item1), Math.Round(size.Item2)))
            .MaxBy(group => group.Count(size => size.Item1 > 30))!
            .First();
        Assert.Equal(cell.Item1, cell.Item2, 0.1 * cell.Item1);
    }

    private static List<string> Texts(Figure figure) =>
        [.. XElement.Parse(FigureRenderer.Svg(figure)).Descendants(Svg + "text").Select(text => text.Value)];

    private static Figure Figure(string kind) =>
        kind switch
        {
            "lines" => SampleReport.Lines(),
            "modules" => SampleReport.ByModule(),
            "bars" => SampleReport.Bars(),
            "surface" => SampleReport.Surface(),
            "tree" => SampleReport.Tree(),
            _ => SampleReport.Map(),
        };

    private static IEnumerable<string> Labels(Figure figure) =>
        figure switch
        {
            LineChart chart => chart.Panels.SelectMany(panel =>
                new[] { panel.Heading, panel.Horizontal, panel.Vertical }
                    .Concat(panel.Positions)
                    .Concat(panel.Lines.Select(line => line.Label))
            ),
            BarChart chart => chart.Panels.SelectMany(panel =>
                new[] { panel.Heading, panel.Vertical }
                    .Concat(panel.Categories)
                    .Concat(panel.Series.Select(bars => bars.Label))
            ),
            Landscape landscape =>
            [
                landscape.Quantity,
                "undefined",
                .. landscape.Panels.SelectMany(panel =>
                    new[] { panel.Heading, panel.Horizontal, panel.Vertical }.Concat(
                        panel.Points.Select(point => point.Label)
                    )
                ),
            ],
            Dendrogram tree => [tree.Horizontal, .. tree.Leaves, "0.12", "0.30", "0.00"],
            Heatmap map => [map.Horizontal, map.Vertical, .. map.Columns, .. map.Rows, "1.00", "undefined"],
            _ => [],
        };

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
