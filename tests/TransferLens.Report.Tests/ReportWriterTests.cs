using System.Text.RegularExpressions;
using System.Xml.Linq;
using TransferLens.Figures;
using TransferLens.Findings;
using TransferLens.Report;

namespace TransferLens.Tests;

public sealed class ReportWriterTests
{
    [Fact]
    public void A_report_is_a_page_figures_and_tables()
    {
        using var folder = new TemporaryFolder();
        var path = ReportWriter.Write(SampleReport.Content(), folder["run"]);
        Assert.Equal(folder["run", "report.html"], path);
        var files = Directory.GetFiles(folder["run"], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder["run"], file).Replace('\\', '/'));
        Assert.Equal(
            [
                "figures/feature_reuse-drop.png", "figures/feature_reuse-drop.svg", "figures/performance_barrier-cartoon.png",
                "figures/performance_barrier-cartoon.svg", "figures/similarity-all-pairs.png", "figures/similarity-all-pairs.svg",
                "figures/similarity-by-module.png", "figures/similarity-by-module.svg", "report.html", "tables/parameter_distance.csv", "tables/parameter_distance.parquet",
            ],
            files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_report_written_twice_has_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var first = File.ReadAllBytes(ReportWriter.Write(SampleReport.Content(), folder["one"]));
        Assert.Equal(first, File.ReadAllBytes(ReportWriter.Write(SampleReport.Content(), folder["two"])));
        Assert.Equal(first, File.ReadAllBytes(ReportWriter.Write(SampleReport.Content(), folder["two"])));
    }

    [Fact]
    public void The_page_runs_nothing_and_asks_for_nothing()
    {
        var page = Page(SampleReport.Content());
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(new Regex("""(?:src|href|action|srcset|data)\s*=\s*(?>["']?)(?!#)""", RegexOptions.IgnoreCase), page);
        Assert.DoesNotMatch(new Regex("""url\(\s*(?>["']?)(?!#)""", RegexOptions.IgnoreCase), page);
        Assert.Contains("https://arxiv.org/abs/2008.11687", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_and_label_of_the_page_finds_its_one_target()
    {
        var page = Page(SampleReport.Content());
        var ids = Regex.Matches(page, """\sid="([^"]+)""").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var wanted = Regex.Matches(page, """(?:href="#|url\(#|aria-labelledby=")([^")]+)""").SelectMany(match => match.Groups[1].Value.Split(' '));
        Assert.All(wanted, id => Assert.Contains(id, ids));
    }

    [Fact]
    public void Headings_of_the_page_leave_out_no_level()
    {
        var levels = Regex.Matches(Page(SampleReport.Content()), "<h([1-6])").Select(match => match.Groups[1].Value[0] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void What_comes_from_data_is_text_and_never_markup()
    {
        const string evil = "<script>alert('x')</script>\"'&";
        var content = SampleReport.Content();
        var method = new Method(evil, evil, evil, [evil]);
        var chart = SampleReport.Bars();
        var section = new AnalysisSection(
            evil, evil, "", [],
            [chart with { Name = evil, Title = evil, Description = evil, Vertical = evil, Categories = [evil, evil, evil, evil, evil], Series = [chart.Series[0] with { Label = evil }] }],
            [new Table(evil, evil, [evil], [[evil]])], method);
        var page = Page(new ReportContent(
            evil, evil, [new Finding(evil, evil, Confidence.Low, [new Evidence(evil, 1, null, null, evil)], evil)], [section],
            [content.Runs[0] with { Target = evil, Run = evil, Status = evil }],
            [content.Provenance[0] with { Task = evil, Kind = evil, Key = evil, Machine = evil, Version = evil }],
            [KeyValuePair.Create(evil, evil)]));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(", page, StringComparison.Ordinal);
        // Well-formed, so no quote of the data ended an attribute.
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)];
        Assert.NotNull(XElement.Parse(body));
    }

    [Fact]
    public void Every_figure_is_one_picture_with_its_description()
    {
        var content = SampleReport.Content();
        var body = Body(content);
        var drawings = body.Descendants("figure").ToList();
        Assert.Equal(4, drawings.Count);
        foreach (var (figure, drawing) in content.Sections.SelectMany(section => section.Figures).Zip(drawings))
        {
            var picture = Assert.Single(drawing.Descendants("div"), div => div.Attribute("role")?.Value == "img");
            Assert.Equal($"{figure.Title}. {figure.Description}", picture.Attribute("aria-label")?.Value);
            Assert.Equal(figure.Title, drawing.Element("figcaption")?.Value);
            Assert.All(
                drawing.Descendants().Where(element => element.Name.LocalName == "svg"),
                svg => Assert.Contains(svg.Elements(), element => element.Name.LocalName == "title"));
        }
    }

    [Fact]
    public void Tables_have_a_caption_and_say_what_each_heading_heads()
    {
        foreach (var table in Body(SampleReport.Content()).Descendants("table"))
        {
            Assert.NotEmpty(table.Element("caption")!.Value);
            Assert.All(table.Descendants("th"), heading => Assert.Contains(heading.Attribute("scope")?.Value, new[] { "col", "row" }));
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Single(row.Elements("th")));
        }
    }

    [Fact]
    public void Findings_come_before_runs_runs_before_analyses_and_provenance_last()
    {
        var headings = Body(SampleReport.Content()).Descendants("h2").Select(heading => heading.Value);
        Assert.Equal(["Findings", "Runs", "Performance barrier", "Feature similarity and feature reuse", "Provenance"], headings);
    }

    [Fact]
    public void Numbers_are_written_as_people_read_them()
    {
        var page = Page(SampleReport.Content());
        Assert.Contains("<dd>0.4 % (0.1 to 0.9)</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd>0.012 nats</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">71.2</td><td class=\"number\">69.9 to 72.5</td><td class=\"number\">0.912</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>diverged</td><td class=\"number\">–</td><td class=\"number\">–</td><td class=\"number\">–</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">0.1235</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">12346</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">1.235e-5</td>", page, StringComparison.Ordinal);
        Assert.Contains("2025-03-04 12:05", page, StringComparison.Ordinal);
        Assert.Contains("30 min 34 s", page, StringComparison.Ordinal);
    }

    [Fact]
    public void No_value_that_is_not_finite_is_called_so()
    {
        var content = SampleReport.Content();
        var nothing = content with
        {
            Findings = [new Finding("a", "b", Confidence.Low, [new Evidence("c", double.NaN, double.NegativeInfinity, double.NaN, "accuracy")])],
            Runs = [content.Runs[0] with { TestAccuracy = double.NaN, Low = double.NaN, High = double.NaN, TestLoss = double.PositiveInfinity }],
        };
        var page = Page(nothing);
        Assert.DoesNotMatch(new Regex(@"\bNaN\b|Infinity|∞"), page);
        Assert.Contains("undefined", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_nothing_says_so()
    {
        var page = Page(new ReportContent("empty", "", [], [], [], [], []));
        Assert.Contains("There is no finding", page, StringComparison.Ordinal);
        Assert.Contains("The study trains nothing", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_are_csv_with_all_digits_and_quotes_where_needed()
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(SampleReport.Content(), folder.Path);
        Assert.Equal(
            "Module,P-T to P,Parameters,Moved most,Note\r\n" +
            "conv1,0.123456789,432,false,\r\n" +
            "layer1.0,12345.678,4608,true,\"says \"\"far\"\", and means it\"\r\n" +
            "layer3.2,1.23456E-05,73728,false,\"two\nlines\"\r\n",
            File.ReadAllText(folder["tables", "parameter_distance.csv"]));
    }

    [Theory]
    [InlineData("a b/ç\\d", "a_b___d")]
    [InlineData("../../etc/passwd", "_._.._etc_passwd")]
    [InlineData("", "_")]
    [InlineData("fine-1.0_x", "fine-1.0_x")]
    public void File_names_hold_only_harmless_characters(string name, string file)
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(With(SampleReport.Bars() with { Name = name }), folder["run"]);
        Assert.Equal([$"{file}.png", $"{file}.svg"], Directory.GetFiles(folder["run", "figures"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Figures_whose_names_fall_together_are_numbered()
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(With(SampleReport.Bars() with { Name = "a/b" }, SampleReport.Bars() with { Name = "a b" }), folder.Path);
        Assert.True(File.Exists(folder["figures", "a_b.svg"]));
        Assert.True(File.Exists(folder["figures", "a_b-2.svg"]));
    }

    private static ReportContent With(params Figure[] figures)
    {
        var content = SampleReport.Content();
        return content with { Sections = [content.Sections[0] with { Figures = [.. figures] }] };
    }

    private static string Page(ReportContent content)
    {
        using var folder = new TemporaryFolder();
        return File.ReadAllText(ReportWriter.Write(content, folder.Path));
    }

    private static XElement Body(ReportContent content)
    {
        var page = Page(content);
        return XElement.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);
    }
}
