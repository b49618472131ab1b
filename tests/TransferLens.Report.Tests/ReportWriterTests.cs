using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TransferLens.Report.Content;
using TransferLens.Report.Drawing;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Report.Tests;

public sealed class ReportWriterTests
{
    [Fact]
    public void A_report_consists_of_a_page_figures_and_tables()
    {
        using var folder = new TemporaryFolder();
        var path = ReportWriter.Write(SampleReport.Content(), folder["run"]);
        Assert.Equal(folder["run", "report.html"], path);
        var files = Directory
            .GetFiles(folder["run"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder["run"], file).Replace('\\', '/'));
        Assert.Equal(
            [
                "figures/feature_reuse-drop.png",
                "figures/feature_reuse-drop.svg",
                "figures/performance_barrier-cartoon.png",
                "figures/performance_barrier-cartoon.svg",
                "figures/similarity-all-pairs.png",
                "figures/similarity-all-pairs.svg",
                "figures/similarity-by-module.png",
                "figures/similarity-by-module.svg",
                "provenance.csv",
                "report.html",
                "tables/parameter_distance.csv",
                "tables/parameter_distance.parquet",
                "tables/scores.csv",
                "tables/scores.parquet",
            ],
            files.Order(StringComparer.Ordinal)
        );
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
    public void A_report_that_was_interrupted_keeps_the_figures_that_it_had_drawn()
    {
        using var folder = new TemporaryFolder();
        var content = SampleReport.Content();
        var figures = content.Sections.SelectMany(section => section.Figures).ToList();
        var drawn = DrawnFigures.Open(folder["figures"]);
        FigureFiles.Write(figures[..2], folder["figures"], drawn);
        var old = figures[0] with { Name = "of-an-earlier-study" };
        FigureFiles.Write([old], folder["figures"], drawn);
        // What is kept is not drawn again; what has changed is.
        File.WriteAllText(folder["figures", $"{figures[0].Name}.svg"], "kept");
        var changed = figures[1] with { Title = "another title" };
        var section = content.Sections[0] with { Figures = [figures[0], changed] };
        ReportWriter.Write(content with { Sections = [section] }, folder.Path);
        Assert.Equal("kept", File.ReadAllText(folder["figures", $"{figures[0].Name}.svg"]));
        Assert.Contains(
            "another title",
            File.ReadAllText(folder["figures", $"{changed.Name}.svg"]),
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(folder["figures", "of-an-earlier-study.svg"]));
        Assert.False(File.Exists(folder["figures", DrawnFigures.FileName]));
        ReportWriter.Write(content with { Sections = [section] }, folder.Path);
        Assert.NotEqual("kept", File.ReadAllText(folder["figures", $"{figures[0].Name}.svg"]));
    }

    [Fact]
    public void The_page_has_one_script_of_its_own_and_no_external_resources()
    {
        var whole = Page(SampleReport.Content());
        Assert.Equal(1, Regex.Count(whole, "<script", RegexOptions.IgnoreCase));
        Assert.Contains("<script>\n//<![CDATA[", whole, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex(@"\bfetch\(|XMLHttpRequest|\bimport\b|\beval\("), whole);
        var page = whole.Split("<script>")[0];
        Assert.DoesNotContain("<link", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(
            new Regex("""(?:src|href|action|srcset|data)\s*=\s*(?>["']?)(?!#)""", RegexOptions.IgnoreCase),
            page
        );
        Assert.DoesNotMatch(new Regex("""url\(\s*(?>["']?)(?!#)""", RegexOptions.IgnoreCase), page);
        Assert.Contains("https://arxiv.org/abs/2008.11687", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_and_label_of_the_page_has_exactly_one_target()
    {
        var page = Page(SampleReport.Content()).Split("<script>")[0];
        var ids = Regex.Matches(page, """\sid="([^"]+)""").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var wanted = Regex
            .Matches(page, """(?:href="#|url\(#|aria-labelledby=")([^")]+)""")
            .SelectMany(match => match.Groups[1].Value.Split(' '));
        Assert.All(wanted, id => Assert.Contains(id, ids));
    }

    [Fact]
    public void Headings_of_the_page_skip_no_level()
    {
        var levels = Regex
            .Matches(Page(SampleReport.Content()), "<h([1-6])")
            .Select(match => match.Groups[1].Value[0] - '0')
            .ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void Data_is_inserted_as_text_and_never_as_markup()
    {
        const string evil = "<script>alert('x')</script>\"'&";
        var content = SampleReport.Content();
        var method = new Method(evil, evil, evil, [evil]);
        var chart = SampleReport.Bars();
        var section = new AnalysisSection(
            evil,
            evil,
            "",
            [],
            [
                chart with
                {
                    Name = evil,
                    Title = evil,
                    Description = evil,
                    Panels =
                    [
                        new(
                            evil,
                            evil,
                            [evil, evil, evil, evil, evil],
                            [chart.Panels[0].Series[0] with { Label = evil }]
                        ),
                    ],
                },
            ],
            [
                new Table(
                    evil,
                    evil,
                    [evil],
                    [
                        [evil],
                    ]
                ),
            ],
            method
        );
        var page = Page(
            new ReportContent(
                evil,
                evil,
                [new Finding(evil, evil, Confidence.Low, [new Evidence(evil, 1, null, null, evil)], evil)],
                [section],
                [content.Runs[0] with { Target = evil, Run = evil, Status = evil }],
                [content.Provenance[0] with { Task = evil, Kind = evil, Key = evil, Machine = evil, Version = evil }],
                [KeyValuePair.Create(evil, evil)]
            )
        );
        Assert.Equal(1, Regex.Count(page, "<script", RegexOptions.IgnoreCase));
        Assert.Contains("&lt;script&gt;alert(", page, StringComparison.Ordinal);
        // Well-formed, so no quote of the data ended an attribute.
        var body = page[
            page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)
        ];
        Assert.NotNull(XElement.Parse(body));
    }

    [Fact]
    public void Every_figure_is_one_group_with_its_description()
    {
        var content = SampleReport.Content();
        var body = Body(content);
        var drawings = body.Descendants("figure").ToList();
        Assert.Equal(4, drawings.Count);
        foreach (var (figure, drawing) in content.Sections.SelectMany(section => section.Figures).Zip(drawings))
        {
            var image = Assert.Single(drawing.Descendants("div"), div => div.Attribute("role")?.Value == "group");
            Assert.Equal($"{figure.Title}. {figure.Description}", image.Attribute("aria-label")?.Value);
            Assert.EndsWith($". {figure.Title}", drawing.Element("figcaption")?.Value);
            Assert.All(drawing.Descendants().Where(IsPanel), svg =>
                Assert.Contains(svg.Elements(), element => element.Name.LocalName == "title")
            );
        }
    }

    private static bool IsPanel(XElement element) =>
        element.Name.LocalName == "svg" && element.Parent!.Attribute("class")?.Value == "panels";

    [Fact]
    public void Every_value_of_a_chart_says_itself_and_belongs_to_its_series()
    {
        var figure = Body(SampleReport.Content()).Descendants("figure").First();
        var values = figure.Descendants().Where(element => element.Attribute("class")?.Value == "value").ToList();
        // Five lines of eleven points in each of two panels.
        Assert.Equal(2 * 5 * 11, values.Count);
        Assert.Equal(["P-T", "P-T to RI-T", "RI-T"], values.Select(Series).Distinct().Order(StringComparer.Ordinal));
        var first = values[0];
        Assert.Equal("P-T, λ (0 is the first training, 1 the second) 0: 71 (70 to 72)", first.Value);
        Assert.Equal(("71", "70", "72"), (Data(first, "value"), Data(first, "low"), Data(first, "high")));
        // The legend can switch every series, and each is a layer of its own.
        var entries = figure.Descendants("li").Select(Series).ToList();
        Assert.Equal(["P-T", "RI-T", "P-T to RI-T"], entries);
        var layers = figure
            .Descendants()
            .Where(element => element.Attribute("class")?.Value == "series")
            .Select(Series);
        Assert.Equal(entries.Order(StringComparer.Ordinal), layers.Distinct().Order(StringComparer.Ordinal));

        static string? Series(XElement element) => element.Attribute("data-series")?.Value;

        static string? Data(XElement element, string name) => element.Attribute($"data-{name}")?.Value;
    }

    [Fact]
    public void A_long_table_shows_its_first_rows_with_percent_points_and_intervals_in_one_cell()
    {
        var section = Body(SampleReport.Content())
            .Descendants("section")
            .Single(one => one.Attribute("id")?.Value == "analysis-performance_barrier");
        var preview = section.Descendants("div").Single(part => part.Attribute("class")?.Value == "preview");
        Assert.Equal(
            ["run", "test accuracy, % (95 % interval)", "against the first, points (95 % interval)"],
            preview.Descendants("thead").Descendants("th").Select(heading => heading.Value)
        );
        var rows = preview.Descendants("tbody").Single().Elements("tr").ToList();
        Assert.Equal(3, rows.Count);
        Assert.Equal(["P-T s1", "70.0 (69.0 to 73.0)", "–"], rows[0].Elements().Select(cell => cell.Value));
        Assert.Equal(
            ["P-T s3", "70.2 (69.0 to 73.0)", "+0.2 (-1.0 to +2.0)"],
            rows[2].Elements().Select(cell => cell.Value)
        );
        var whole = section.Descendants("details").Single(part => part.Attribute("class")?.Value == "whole");
        Assert.Equal("All 20 rows", whole.Element("summary")!.Value);
        Assert.Equal(20, whole.Descendants("tbody").Single().Elements("tr").Count());
    }

    [Fact]
    public void The_first_screen_shows_small_figures_of_the_first_target()
    {
        var top = Top(Body(SampleReport.Content()));
        var strip = top.Elements("ul").Single(list => list.Attribute("class")?.Value == "strip");
        var link = Assert.Single(strip.Elements("li")).Element("a")!;
        Assert.Equal("#analysis-performance_barrier", link.Attribute("href")!.Value);
        Assert.Equal("Score between two fine-tuned models, cartoon", link.Element("span")!.Value);
        var legend = Assert.Single(link.Elements("ul"));
        Assert.Equal(
            ["P-T", "RI-T", "P-T to RI-T"],
            legend.Elements("li").Select(entry => entry.Element("span")!.Value)
        );
    }

    [Fact]
    public void The_first_figure_of_a_target_begins_with_what_was_found()
    {
        var content = SampleReport.Content();
        var section = content.Sections[0];
        var found = section.Findings[0] with { Target = "cartoon" };
        Figure[] figures =
        [
            SampleReport.Lines(),
            SampleReport.Lines() with
            {
                Name = "performance_barrier-more-cartoon",
            },
        ];
        var body = Body(content with { Sections = [section with { Findings = [found], Figures = [.. figures] }] });
        Assert.Equal(
            [found.Sentence, null],
            body.Descendants("figcaption").Select(caption => caption.Element("b")?.Value)
        );
    }

    [Fact]
    public void The_verdict_is_the_answer_to_the_first_question()
    {
        Assert.Equal("Pretraining helps on sketch.", Verdict(SampleReport.Content().Findings));
        var gain = SampleReport.Content().Findings.Last() with
        {
            Answer = "Yes, pretraining helps",
            Evidence = [new("gain", 0.138, 0.1, 0.2, "accuracy difference")],
        };
        Assert.Equal(
            "Does pretraining help? Yes, pretraining helps (cartoon 13.8 points, sketch 13.8 points).",
            Verdict([gain with { Target = "cartoon" }, gain])
        );

        static string Verdict(IEnumerable<Finding> findings) => VerdictPart(findings).Value;
    }

    [Fact]
    public void Short_names_of_the_verdict_are_not_broken_at_a_hyphen()
    {
        var gain = SampleReport.Content().Findings.Last() with
        {
            Answer = "P-T is better",
            Evidence = [new("gain", 0.138, 0.1, 0.2, "accuracy difference")],
        };
        var unbroken = VerdictPart([gain with { Target = "photographs-of-animals-and-plants" }, gain])
            .Descendants("span")
            .ToList();
        Assert.Equal(["P-T"], unbroken.Select(name => name.Value));
        Assert.Equal("unbroken", unbroken[0].Attribute("class")!.Value);
    }

    private static XElement VerdictPart(IEnumerable<Finding> findings) =>
        Top(Body(SampleReport.Content() with { Findings = [.. findings] }))
            .Elements("p")
            .First(part => part.Attribute("class")?.Value == "verdict");

    [Fact]
    public void Without_images_the_grids_are_left_out_of_page_and_files()
    {
        using var folder = new TemporaryFolder();
        var grid = new ImageGrid("grid", "Images", "Two images.", [new("a.png", [1, 2, 3], ["a"])]);
        var content = SampleReport.Content();
        content = content with { Sections = [content.Sections[0] with { Figures = [grid, SampleReport.Bars()] }] };
        var page = File.ReadAllText(ReportWriter.Write(content, folder.Path, new() { WithoutImages = true }));
        Assert.DoesNotContain("data:image", page.Split("<script>")[0], StringComparison.Ordinal);
        Assert.False(File.Exists(folder["figures", "grid.png"]));
        Assert.True(File.Exists(folder["figures", "feature_reuse-drop.png"]));
    }

    [Fact]
    public void A_summary_in_Markdown_has_the_answers_and_the_figures()
    {
        using var folder = new TemporaryFolder();
        var content = SampleReport.Content() with { Study = "a|b *c*" };
        ReportWriter.Write(content, folder.Path, new() { Markdown = true });
        var text = File.ReadAllText(folder["summary.md"]);
        Assert.StartsWith(@"# a\|b \*c\*", text, StringComparison.Ordinal);
        Assert.Contains("**Pretraining helps on sketch.**", text, StringComparison.Ordinal);
        Assert.Contains(
            "| Do fine-tuned models lie in the same basin? | Yes: no barrier beyond the margin | "
                + "0.4 points (0.1 to 0.9) | high | Average the weights",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("](figures/summary-1.png)", text, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["figures", "summary-1.png"]));
    }

    private static XElement Top(XElement body) =>
        body.Descendants("section").First(section => section.Attribute("id")?.Value == "short");

    [Fact]
    public void Tables_have_captions_and_headings_with_a_scope()
    {
        foreach (var table in Body(SampleReport.Content()).Descendants("table"))
        {
            Assert.NotEmpty(table.Element("caption")!.Value);
            Assert.All(table.Descendants("th"), heading =>
                Assert.Contains(heading.Attribute("scope")?.Value, new[] { "col", "row", "rowgroup" })
            );
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Single(row.Elements("th")));
        }
    }

    [Fact]
    public void Sections_are_answers_findings_study_models_analyses_and_provenance()
    {
        var headings = Body(SampleReport.Content()).Descendants("h2").Select(heading => heading.Value);
        Assert.Equal(
            [
                "In short",
                "Findings and their evidence",
                "The study and its runs",
                "Export a model",
                "Performance barrier",
                "Feature similarity and feature reuse",
                "Provenance",
            ],
            headings
        );
    }

    [Fact]
    public void Models_are_listed_with_their_scores_and_commands_and_without_any_the_section_is_left_out()
    {
        var body = Body(SampleReport.Content());
        var models = body.Descendants("section").Single(section => section.Attribute("id")?.Value == "models");
        var rows = models.Descendants("tbody").Single().Elements("tr").ToList();
        Assert.Equal(2, rows.Count);
        Assert.StartsWith("soup: average of 2 runs of P-T", rows[1].Element("th")!.Value, StringComparison.Ordinal);
        Assert.Contains("71.2 %", rows[1].Value, StringComparison.Ordinal);
        Assert.Equal(
            "transferlens export . --target cartoon --model soup --output cartoon-soup.onnx",
            string.Join(' ', rows[1].Descendants("code").Single().Elements("span").Select(span => span.Value))
        );
        var without = Body(SampleReport.Content() with { Models = [] });
        Assert.DoesNotContain(without.Descendants("a"), link => link.Attribute("href")?.Value == "#models");
        Assert.DoesNotContain(without.Descendants("h2"), heading => heading.Value == "Export a model");
    }

    [Fact]
    public void Answers_are_grouped_by_target_and_link_to_their_evidence()
    {
        var content = SampleReport.Content();
        var body = Body(content);
        var top = Top(body);
        var headings = top.Descendants("tbody").SelectMany(part => part.Descendants("th")).ToList();
        Assert.Equal(["On cartoon", Question.Basin, "On sketch", Question.Gain], headings.Select(one => one.Value));
        foreach (var link in top.Descendants("a").Where(link => link.Attribute("class")?.Value == "answer"))
        {
            var finding = body.Descendants("li")
                .Single(item => item.Attribute("id")?.Value == link.Attribute("href")!.Value[1..]);
            var question = link.Ancestors("tr").Single().Element("th")!.Value;
            Assert.Contains(question, finding.Value, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["Yes: no barrier beyond the margin", "Pretraining helps on sketch."],
            top.Descendants("a").Where(link => link.Attribute("class")?.Value == "answer").Select(link => link.Value)
        );
        var estimate = top.Descendants("td").Single(cell => cell.Attribute("class")?.Value == "estimate");
        Assert.StartsWith("0.4 points (0.1 to 0.9)", estimate.Value, StringComparison.Ordinal);
        Assert.Equal("Barrier between P-T seeds 1 and 2, accuracy", estimate.Element("small")!.Value);
        Assert.EndsWith("accuracy, 95 % interval over test images", estimate.Attribute("title")!.Value, StringComparison.Ordinal);
        Assert.Contains("does not answer", top.Value, StringComparison.Ordinal);
        Assert.Contains(Question.Averaging, top.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_finding_is_listed_once_under_its_analysis_answers_before_explanations()
    {
        var content = SampleReport.Content();
        var items = Body(content).Descendants("li").Where(item => item.Attribute("class")?.Value == "finding").ToList();
        Assert.Equal(content.Findings.Length, items.Count);
        Assert.All(content.Findings, finding =>
            Assert.Single(items, item => item.Value.Contains(finding.Sentence, StringComparison.Ordinal))
        );
        var similarity = items.Where(item => item.Parent!.Attribute("aria-labelledby")?.Value == "findings-2").ToList();
        Assert.Contains("Pretraining helps on sketch.", similarity[0].Value, StringComparison.Ordinal);
        Assert.Contains("was relearned", similarity[1].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_and_tables_are_numbered_and_findings_link_to_them()
    {
        var body = Body(SampleReport.Content());
        Assert.Equal(
            ["Figure 1.", "Figure 2.", "Figure 3.", "Figure 4."],
            body.Descendants("figcaption").Select(caption => caption.Element("strong")!.Value)
        );
        var links = body.Descendants("p")
            .First(part => part.Attribute("class")?.Value == "trace")
            .Elements("a")
            .ToDictionary(link => link.Value, link => link.Attribute("href")!.Value[1..]);
        Assert.Equal(["How it was computed", "Figure 1", "Table 2", "Table 3"], links.Keys);
        Assert.Contains(body.Descendants("caption"), caption =>
            caption.Attribute("id")?.Value == $"{links["Table 2"]}-caption"
            && caption.Value.StartsWith("Table 2. How far", StringComparison.Ordinal)
        );
        Assert.Contains(body.Descendants("figure"), figure => figure.Attribute("id")?.Value == links["Figure 1"]);
    }

    [Fact]
    public void A_legend_below_the_answers_explains_names_and_confidence()
    {
        var header = Page(SampleReport.Content()).Split("</header>")[1];
        Assert.Contains("<dt>P-T</dt><dd>P, fine-tuned on a target</dd>", header, StringComparison.Ordinal);
        var levels = Regex.Replace(header.Split("class=\"levels\">")[1].Split("</p>")[0], @"\s+", " ");
        Assert.Matches("^High confidence: .*seeds.*Holm.*three runs a side or more\\. Medium: .* Low: ", levels);
    }

    [Fact]
    public void What_a_confidence_rests_on_stands_beside_it_in_small_print()
    {
        var content = SampleReport.Content();
        var (tested, counted) = (content.Findings[0], content.Findings[1]);
        var page = Page(content with { Findings = [tested, counted] });
        var basis = Regex.Matches(page, "<small class=\"basis\">(.*?)</small>").Select(match => match.Groups[1].Value);
        Assert.NotNull(tested.Decision);
        Assert.Null(counted.Decision);
        Assert.Equal(
            "p = 0.003 (0.02 after Holm's adjustment for the questions of this report), 3 runs a side",
            WebUtility.HtmlDecode(Assert.Single(basis))
        );
    }

    [Fact]
    public void Provenance_shows_duration_environment_and_seeds()
    {
        using var folder = new TemporaryFolder();
        var page = File.ReadAllText(ReportWriter.Write(SampleReport.Content(), folder.Path));
        Assert.Contains(
            "2 tasks ran between 2025-03-04 12:05 and 2025-03-04 12:36 (UTC). "
                + "Durations add up to 30 min 38 s; tasks can run in parallel. "
                + "Processor time was 2 h 02 min, recorded for 1 of 2 tasks.",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<td>seed 1</td>", page, StringComparison.Ordinal);
        Assert.Contains(
            "TransferLens 0.1.0, .NET 10.0.0, TorchSharp 0.107.0, libtorch 2.10.0, Debian GNU/Linux 12 (bookworm) X64",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("TransferLens 0.1.0, other versions were not recorded", page, StringComparison.Ordinal);
        Assert.StartsWith(
            "task,kind,seeds,key,seconds,processor seconds,started,machine,TransferLens,software\r\n"
                + "\"Train P-T on cartoon, seed 1\",train,seed 1,"
                + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08,1834.2,7321.5,"
                + "2025-03-04T12:05:00.0000000Z,",
            File.ReadAllText(folder["provenance.csv"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Numbers_of_a_column_have_equal_decimals_unless_their_sizes_differ_widely()
    {
        var content = SampleReport.Content();
        var table = new Table(
            "t",
            "t",
            ["a", "b", "c", "d"],
            [
                ["x", 0.8, 0.5, 0.02],
                ["y", 0.8167, 1e-70, 0.1],
            ]
        );
        var page = Page(content with { Sections = [content.Sections[0] with { Tables = [table] }] });
        Assert.Contains(
            "<td class=\"number\">0.8000</td><td class=\"number\">0.5</td><td class=\"number\">0.02</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<td class=\"number\">0.8167</td><td class=\"number\">1e-70</td><td class=\"number\">0.10</td>",
            page,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Numbers_are_rounded_and_have_units()
    {
        var page = Page(SampleReport.Content());
        Assert.Contains("<dd>0.4 points (0.1 to 0.9)</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd>0.012 nats</dd>", page, StringComparison.Ordinal);
        Assert.Contains(
            "<td class=\"number\">71.2</td><td class=\"number\">69.9 to 72.5</td><td class=\"number\">0.912</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<td>diverged</td><td class=\"number\">–</td><td class=\"number\">–</td><td class=\"number\">–</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains("<td class=\"number\">0.1235</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">12346</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">1.235e-5</td>", page, StringComparison.Ordinal);
        Assert.Contains("2025-03-04 12:05", page, StringComparison.Ordinal);
        Assert.Contains("30 min 34 s", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Non_finite_values_are_shown_as_undefined()
    {
        var content = SampleReport.Content();
        var nothing = content with
        {
            Findings =
            [
                new Finding(
                    "a",
                    "b",
                    Confidence.Low,
                    [new Evidence("c", double.NaN, double.NegativeInfinity, double.NaN, "accuracy")]
                ),
            ],
            Runs =
            [
                content.Runs[0] with
                {
                    TestScore = double.NaN,
                    Low = double.NaN,
                    High = double.NaN,
                    TestLoss = double.PositiveInfinity,
                },
            ],
        };
        var page = Page(nothing);
        Assert.DoesNotMatch(new Regex(@"\bNaN\b|Infinity|∞"), page);
        Assert.Contains("undefined", page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_report_says_that_it_is_empty()
    {
        var page = Page(new ReportContent("empty", "", [], [], [], [], []));
        Assert.Contains("There are no findings", page, StringComparison.Ordinal);
        Assert.Contains("The study has no training runs", page, StringComparison.Ordinal);
    }

    [Fact]
    public void CSV_files_have_all_digits_and_the_necessary_quotes()
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(SampleReport.Content(), folder.Path);
        Assert.Equal(
            "Module,P-T to P,Parameters,Moved most,Note\r\n"
                + "conv1,0.123456789,432,false,\r\n"
                + "layer1.0,12345.678,4608,true,\"says \"\"far\"\", and means it\"\r\n"
                + "layer3.2,1.23456E-05,73728,false,\"two\nlines\"\r\n",
            File.ReadAllText(folder["tables", "parameter_distance.csv"])
        );
    }

    [Theory]
    [InlineData("a b/ç\\d", "a_b___d")]
    [InlineData("../../etc/passwd", "_._.._etc_passwd")]
    [InlineData("", "_")]
    [InlineData("fine-1.0_x", "fine-1.0_x")]
    public void File_names_contain_only_safe_characters(string name, string file)
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(With(SampleReport.Bars() with { Name = name }), folder["run"]);
        Assert.Equal(
            [$"{file}.png", $"{file}.svg"],
            Directory.GetFiles(folder["run", "figures"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Figures_with_equal_file_names_are_numbered()
    {
        using var folder = new TemporaryFolder();
        ReportWriter.Write(
            With(SampleReport.Bars() with { Name = "a/b" }, SampleReport.Bars() with { Name = "a b" }),
            folder.Path
        );
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
        return XElement.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]
        );
    }
}
