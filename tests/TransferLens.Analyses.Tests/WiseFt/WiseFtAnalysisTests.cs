using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.WiseFt;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.WiseFt;

public sealed class WiseFtAnalysisTests : IDisposable
{
    private const string FromFile = "pretrained: {weights: p.safetensors}";

    private static readonly double[] Forgets = [0.9, 0.85, 0.7, 0.5, 0.4];
    private static readonly double[] Gentle = [0.3, 0.7, 0.8, 0.8, 0.8];

    private readonly MadeUpStudy study = new(new WiseFtAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Every_run_from_P_is_followed_on_the_target_and_on_the_source_that_P_was_trained_on()
    {
        var tasks = study.Plan("points: 5").AnalysisTasks();
        Assert.Equal(
            ["evaluate the last epoch of P on the source", "line from P to drawn P-T"],
            tasks.Select(task => task.Title).Order(StringComparer.Ordinal)
        );
        var line = tasks.Single(task => task.Kind.Name == "wise_ft");
        Assert.Equal(
            ["P", "images", "model 0", "model 1", "recalibrate_on", "source images", "source recalibrate_on"],
            line.Inputs.Keys
        );
        Assert.NotEqual(line.Key, Line(study.Plan("points: 5, margin: 2")).Key);
        Assert.Contains("validation", Line(study.Plan("", targets: MadeUpStudy.Divided)).Inputs.Keys);
    }

    [Fact]
    public void Weights_from_a_file_have_no_source_and_a_study_without_them_is_refused()
    {
        Assert.Equal(
            ["P", "images", "model 0", "model 1", "recalibrate_on"],
            Line(study.Plan("", pretrained: FromFile)).Inputs.Keys
        );
        Assert.Contains(
            "has no such run",
            study.Wrong("", runs: "{RI-T: {init: random, learning_rate: 0.1}}"),
            StringComparison.Ordinal
        );
        Assert.Contains("margin must be above 0", study.Wrong("margin: 0"), StringComparison.Ordinal);
        Assert.Contains("points must be", study.Wrong("points: 1"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_forgotten_and_what_an_alpha_regains_are_said_with_intervals_and_one_action()
    {
        var section = Conclude(Gentle, Forgets);
        Assert.All(section.Findings, finding => Assert.Equal(Question.Forgetting, finding.Question));
        var (forgot, regain) = (section.Findings[0], section.Findings[1]);
        Assert.StartsWith(
            "P-T on drawn forgot 50.0 points on the source (95 % CI ",
            forgot.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "P reaches 90.0 % on the source, and the modules of P-T reach 40.0 % under the head of P.",
            forgot.Detail,
            StringComparison.Ordinal
        );
        Assert.Null(forgot.Recommendation);
        // Alpha 0.5 is as good as P-T, alpha 0.25 is not.
        Assert.StartsWith(
            "Alpha 0.5 regains 30.0 points on the source (95 % CI ",
            regain.Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith(", no worse on drawn.", regain.Sentence, StringComparison.Ordinal);
        Assert.Contains("chosen on these test images, so this is optimistic", regain.Detail, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, regain.Confidence);
        Assert.StartsWith("Confirm drawn-P-T-wise_ft.safetensors", regain.Recommendation, StringComparison.Ordinal);
        Assert.All(section.Findings, finding =>
        {
            Assert.InRange(finding.Sentence.Split(' ').Length, 3, 21);
            Assert.InRange((finding.Recommendation ?? "x").Split(' ').Length, 1, 15);
        });
    }

    [Fact]
    public void The_model_at_the_alpha_is_offered_and_saved()
    {
        var section = Conclude(Gentle, Forgets);
        var offer = Assert.Single(section.Models);
        Assert.Equal(
            ("line from P to P-T s2 at alpha 0.5", "wise_ft.safetensors"),
            (offer.Model!.Name, offer.Model.File)
        );
        Assert.Equal(0.8, offer.Model.Score.Value, 1e-9);
        Assert.True(offer.ChosenOnTestImages);
        Assert.Equal(
            "no worse than P-T on drawn; regains 30.0 points on the source; chosen on test images",
            offer.Reason
        );
        Assert.Equal("drawn-P-T-wise_ft", Assert.Single(section.Checkpoints).Name);
        var entry = section.Result[0]!;
        Assert.Equal(0.5, (double)entry["alpha"]!);
        Assert.Equal("P-T s2", (string?)entry["model"]);
        Assert.Equal(0.5, (double)entry["forgotten"]!["value"]!, 1e-9);
        Assert.Equal(0.3, (double)entry["regained"]!["value"]!, 1e-9);
        Assert.Equal(0, (double)entry["change"]!["value"]!, 1e-9);
        Assert.Equal(5, entry["points"]!.AsArray().Count);
        Assert.Equal(2, entry["lines"]!.AsArray().Count);
    }

    [Fact]
    public void Validation_images_choose_and_the_test_images_say_what_it_costs()
    {
        var section = Conclude(Gentle, Forgets, validation: Gentle, targets: MadeUpStudy.Divided);
        var finding = section.Findings[1];
        Assert.False(finding.Decision!.ChosenOnTestImages);
        Assert.Contains("Validation images chose the alpha.", finding.Detail, StringComparison.Ordinal);
        Assert.StartsWith(
            "Use drawn-P-T-wise_ft.safetensors instead of P-T",
            finding.Recommendation,
            StringComparison.Ordinal
        );
        Assert.Equal(Confidence.Medium, finding.Confidence);
        Assert.False(Assert.Single(section.Models).ChosenOnTestImages);
        // Validation images that choose alpha 0, which the test images do not confirm.
        var other = Conclude(Gentle, Forgets, validation: [.. Gentle.Select(_ => 0.8)], targets: MadeUpStudy.Divided);
        Assert.StartsWith(
            "Test images of drawn do not confirm alpha 0: -50.0 points against P-T (95 % CI -",
            other.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.InRange(other.Findings[1].Sentence.Split(' ').Length, 3, 20);
        Assert.StartsWith(
            "Validation images chose it; test images do not show it to be no worse. The margin is 1 point",
            other.Findings[1].Detail,
            StringComparison.Ordinal
        );
        Assert.Null(Assert.Single(other.Models).Model);
    }

    [Fact]
    public void Where_no_alpha_passes_P_T_is_kept()
    {
        var section = Conclude([0.2, 0.3, 0.4, 0.6, 0.8], Forgets, saved: null);
        var finding = section.Findings[1];
        Assert.StartsWith(
            "No alpha below 1 passes on drawn: -20.0 points against P-T at 0.75 (95 % CI -",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.InRange(finding.Sentence.Split(' ').Length, 3, 20);
        Assert.StartsWith("Keep P-T", finding.Recommendation, StringComparison.Ordinal);
        Assert.Contains("The margin is 1 point (smallest passing margin: ", finding.Detail, StringComparison.Ordinal);
        Assert.Empty(section.Checkpoints);
        // P-T is kept as it is, so nothing changes and nothing is regained.
        var entry = section.Result[0]!;
        Assert.Equal(1, (double)entry["alpha"]!);
        Assert.Null(entry["change"]);
        Assert.Null(entry["regained"]);
        Assert.Equal(0.5, (double)entry["forgotten"]!["value"]!, 1e-9);
        Assert.Equal(
            "There is no model on the line from P for drawn: no alpha below 1 is shown to be no worse than P-T. "
                + "Export the best run instead.",
            Assert.Throws<InputException>(Assert.Single(section.Models).Require).Message
        );
    }

    [Fact]
    public void Without_a_source_the_alpha_is_chosen_by_the_target_alone_and_the_finding_says_what_is_missing()
    {
        var section = Conclude(Gentle, null, pretrained: FromFile);
        var finding = Assert.Single(section.Findings);
        Assert.Equal("Alpha 0.5 is no worse than P-T on drawn (0.0 points, 95 % CI 0.0 to 0.0).", finding.Sentence);
        Assert.Contains("was not measured", finding.Detail, StringComparison.Ordinal);
        Assert.Null(section.Result[0]!["forgotten"]);
        Assert.Single(Assert.IsType<LineChart>(Assert.Single(section.Figures)).Panels);
    }

    [Fact]
    public void What_is_not_detected_is_neither_forgotten_nor_regained()
    {
        var findings = Conclude(Gentle, [0.9, 0.9, 0.9, 0.9, 0.9]).Findings;
        Assert.Equal(
            "No forgetting of the source detected for P-T on drawn (0.0 points, 95 % CI 0.0 to 0.0).",
            findings[0].Sentence
        );
        Assert.Equal(
            "Alpha 0.5 is no worse on drawn; no source gain detected (0.0 points, 95 % CI 0.0 to 0.0).",
            findings[1].Sentence
        );
        Assert.Equal("Keep P-T: no gain on the source was detected.", findings[1].Recommendation);
        Assert.All(findings, finding => Assert.InRange(finding.Sentence.Split(' ').Length, 3, 20));
    }

    [Theory]
    [InlineData("cifar_resnet8", 0.5, "training images", "recomputed on training images")]
    [InlineData("cifar_resnet8", 0.5, null, "interpolated")]
    [InlineData("cifar_resnet8", 0.0, null, "those of P")]
    [InlineData("cifar_resnet8", 1.0, null, "those of P-T")]
    [InlineData("vit_tiny_patch16_224", 0.5, "training images", null)]
    public void Saved_weights_state_where_their_running_statistics_come_from(
        string name,
        double alpha,
        string? recomputedOn,
        string? expected
    )
    {
        using var network = Networks.Create(name, 3, 0);
        var metadata = WiseFtTask.Metadata(network, alpha, recomputedOn);
        Assert.Equal(expected, metadata.GetValueOrDefault("running_statistics"));
    }

    [Fact]
    public void Nothing_is_said_of_models_that_learned_nothing()
    {
        Assert.StartsWith(
            "No verdict on the line from P to P-T",
            Assert.Single(Conclude(Gentle, Forgets, accuracy: 0.5).Findings).Sentence,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "No verdict on what P-T forgot",
            Assert.Single(Conclude(Gentle, Forgets, sourceAccuracy: 0.5).Findings).Sentence,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_figure_and_the_table_have_every_alpha_on_both_data_sets()
    {
        var section = Conclude(Gentle, Forgets);
        var panels = Assert.IsType<LineChart>(Assert.Single(section.Figures)).Panels;
        Assert.Equal(["drawn, head of P-T", "Source, head of P"], panels.Select(panel => panel.Heading));
        var line = Assert.Single(panels[1].Lines);
        Assert.Equal([90.0, 85, 70, 50, 40], line.Y.Select(value => Math.Round(value, 6)));
        Assert.All(line.Low.Zip(line.Y), pair => Assert.True(pair.First < pair.Second));
        var rows = section.Tables.Single().Rows;
        // Five alphas: the mean, and each of two runs.
        Assert.Equal(15, rows.Length);
        Assert.All(rows, row => Assert.Equal(section.Tables.Single().Columns.Length, row.Length));
        Assert.All(rows.SelectMany(row => row), cell => Assert.True(cell is null or string or double));
        Assert.DoesNotContain("NaN", section.Result.ToJsonString(), StringComparison.Ordinal);
    }

    private static TaskSpec Line(Plan plan) => plan.AnalysisTasks().Single(task => task.Kind.Name == "wise_ft");

    // Two runs on 1,000 images, each right on a share of them at each alpha; they miss different images.
    private AnalysisSection Conclude(
        double[] target,
        double[]? source,
        double[]? validation = null,
        double accuracy = 0.8,
        double sourceAccuracy = 0.9,
        int? saved = 1,
        string? pretrained = null,
        string? targets = null
    )
    {
        var plan = pretrained is null
            ? study.Plan("points: 5", targets: targets)
            : study.Plan("points: 5", pretrained: pretrained, targets: targets);
        var alphas = WiseFtMeasurement.Grid(5);
        ImmutableArray<(WiseFtLines Lines, WiseFtScores Scores)> made =
        [
            .. new[] { 0, 1 }.Select(run =>
            {
                var (onTarget, onSource) = (Curve(target, run), source is null ? null : Curve(source, run));
                var held = validation is null ? null : Curve(validation, run);
                return (
                    new WiseFtLines(new(onTarget, null), onSource is null ? null : new(onSource, null)),
                    new WiseFtScores(
                        onTarget.Samples,
                        onTarget.Samples[^1],
                        onSource?.Samples ?? [],
                        held?.Samples ?? [],
                        held?.Samples[^1]
                    )
                );
            }),
        ];
        return study.Conclude(plan, (task, file) => (task.Kind.Name, file) switch
            {
                ("wise_ft", ScoreFile.Name) => new(
                    made.SelectMany((one, k) => one.Scores.Named(k, alphas))
                        .Select(one => KeyValuePair.Create(one.Name, (JsonNode?)ScoreFile.Encode(one.Score)))
                ),
                ("wise_ft", _) => new()
                {
                    ["members"] = new JsonArray(0, 1),
                    ["lines"] = new JsonArray([
                        .. made.Select(one => one.Lines.ToJson(DeclaredMetrics.Accuracy, DeclaredMetrics.Accuracy)),
                    ]),
                    ["saved"] = saved,
                },
                ("evaluate", _) => Evaluated(
                    task.Title.EndsWith("on the source", StringComparison.Ordinal) ? sourceAccuracy : accuracy
                ),
                _ => MadeUpStudy.Trained(0.9),
            });
    }

    private static JsonObject Evaluated(double accuracy) =>
        new()
        {
            ["accuracy"] = accuracy,
            ["low"] = accuracy - 0.05,
            ["high"] = accuracy + 0.05,
            ["largestClass"] = 0.5,
        };

    private static WiseFtCurve Curve(double[] shares, int run)
    {
        var alphas = WiseFtMeasurement.Grid(shares.Length);
        return new(
            [.. shares.Select((share, at) => new WiseFtPoint(alphas[at], new(share, share - 0.02, share + 0.02), 0.5))],
            1000
        )
        {
            Samples =
            [
                .. shares.Select(share =>
                    ScoreSample.FromValues([
                        .. Enumerable.Range(0, 1000).Select(i => (i + (100 * run)) % 1000 < 1000 * share ? 1.0 : 0),
                    ])
                ),
            ],
        };
    }
}
