using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Files;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public class CriticalityStudyTests
{
    private static readonly Catalog Catalog = new(
        [.. ImageFormats.All],
        [.. Networks.All],
        [.. Metrics.All],
        [new CriticalityAnalysis()],
        [],
        []
    );

    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private const string Recalibrated = "accuracy, recalibrated";

    private static readonly ImmutableArray<string> Modules = ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"];

    [Fact]
    public void One_task_a_training_reads_the_training_and_its_images()
    {
        var tasks = Tasks("{paths: direct, examples: 10}");
        Assert.Equal(4, tasks.Length);
        Assert.All(tasks, task =>
            Assert.Equal(["images", "recalibrate_on", "train_images", "training"], task.Inputs.Keys)
        );
        Assert.All(Tasks("{paths: none}"), task =>
            Assert.Equal(["images", "recalibrate_on", "training"], task.Inputs.Keys)
        );
    }

    [Fact]
    public void Settings_that_decide_nothing_decide_no_key()
    {
        string[] Keys(string settings) => [.. Tasks(settings).Select(task => task.Key)];
        Assert.Equal(Keys("{paths: none}"), Keys("{paths: none, sigmas: [0.5], alphas: [0.5], draws: 9}"));
        Assert.Equal(Keys("{paths: optimization}"), Keys("{paths: optimization, alphas: [0.5]}"));
        Assert.Equal(
            Keys("{paths: direct, alphas: [0.5]}"),
            Keys(
                "{paths: direct, alphas: [1, 0.5, 0], "
                    + "sigmas: [0, 0.316, 0.178, 0.1, 0.0562, 0.0316, 0.0178, 0.01, 0.00562, 0.00316, 0.00178, 0.001]}"
            )
        );
        Assert.NotEqual(Keys("{paths: direct, draws: 2}"), Keys("{paths: direct, draws: 3}"));
        Assert.Equal(Keys("{paths: none}"), Keys("{}"));
        Assert.NotEqual(Keys("{paths: none}"), Keys("{paths: none, recalibration_images: 100}"));
    }

    [Theory]
    [InlineData("{paths: winding}", "paths")]
    [InlineData("{alphas: [0, 2]}", "alphas")]
    [InlineData("{sigmas: [0]}", "sigmas")]
    [InlineData("{sigmas: [-1]}", "sigmas")]
    [InlineData("{draws: 0}", "draws")]
    [InlineData("{examples: 0}", "examples")]
    [InlineData("{eps: 1.5}", "eps")]
    [InlineData("{recalibration_images: 1}", "recalibration_images")]
    [InlineData("{freeze_margin: 0}", "freeze_margin")]
    public void A_wrong_setting_is_named(string settings, string name) =>
        Assert.Contains(
            $"study.yaml, line 8: analyses.module_criticality.{name}",
            Assert.Throws<InputException>(() => Plan(settings)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Findings_name_the_critical_and_the_resettable_modules()
    {
        var section = Conclude(task =>
            Lost(task, pretrained: [0, 0.05, 0.1, 0.15, 0.3], random: [0.2, 0.3, 0.4, 0.5, 0.5])
        );
        Assert.StartsWith(
            "Rewinding a module on drawn costs 27.5 points less in P-T than in RI-T (95 % CI ",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Same direction as in Neyshabur et al. (2020).",
            section.Findings[0].Detail,
            StringComparison.Ordinal
        );
        Assert.True(section.Findings[0].Decision!.IsDetected);
        var critical = Finding(section, "Rewinding layer3.0 of P-T on drawn costs 15.0 points (95 % CI ");
        Assert.EndsWith("), exceeding all 3 others.", critical.Sentence, StringComparison.Ordinal);
        Assert.StartsWith(
            "The interval is a 95 % interval, simultaneous over all modules. "
                + "The head, linear, is left out: it starts at random, so its loss does not measure transfer.",
            critical.Detail,
            StringComparison.Ordinal
        );
        Assert.True(critical.Decision!.IsDetected);
        var conv1 = Finding(section, "Rewinding conv1 of P-T on drawn costs at most 1 point");
        Assert.StartsWith("Freeze", conv1.Recommendation, StringComparison.Ordinal);
        Finding(
            section,
            "No module of RI-T on drawn is resettable: rewinding conv1 costs least, 20.0 points (95 % CI "
        );
        // Equal losses: neither is shown to cost less.
        var equal = Assert.Single(section.Findings, finding =>
            finding.Sentence.Contains("of RI-T on drawn costs 50.0 points (95 % CI ", StringComparison.Ordinal)
        );
        Assert.EndsWith("), exceeding 3 of 4 others.", equal.Sentence, StringComparison.Ordinal);
        Assert.Contains(
            "Shown to cost less: conv1, layer1.0, layer2.0. Not shown",
            equal.Detail,
            StringComparison.Ordinal
        );
        Assert.All(section.Findings, one => Assert.True(one.Sentence.Split(' ').Length <= 20, one.Sentence));
        Assert.Contains(section.Findings.SelectMany(finding => finding.Evidence), evidence =>
            evidence.Name.StartsWith("rank correlation", StringComparison.Ordinal) && evidence.Value == 1
        );

        // Four modules before the head: chance gives a perfect order one time in twelve, so none may be claimed.
        Assert.All(section.Findings, finding =>
            Assert.DoesNotContain("deeper modules costs more", finding.Detail ?? "", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_stale_statistics_cost_makes_no_module_critical()
    {
        var section = Conclude(task =>
            Lost(task, [0.4, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5], [0.005, 0.05, 0.1, 0.2, 0.15])
        );
        var critical = Finding(section, "Rewinding layer3.0 of P-T on drawn costs 20.0 points (");
        Assert.Contains(critical.Evidence, evidence =>
            evidence.Name.Contains("stale", StringComparison.Ordinal) && evidence.Value == 0.15
        );
        // Within the margin on average is not yet shown to be.
        var spared = Finding(
            section,
            "Whether rewinding conv1 of P-T on drawn costs at most 1 point is open (95 % CI -"
        );
        Assert.StartsWith(
            "On average, conv1 costs about 0.5 points (95 % CI -",
            spared.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal(Question.Freezing, spared.Question);
        Assert.False(spared.Decision!.IsDetected);
        Assert.True(spared.Sentence.Split(' ').Length <= 20);
        Assert.Equal(
            [("accuracy difference", 0.005), ("accuracy difference", 0.4)],
            spared.Evidence.Select(evidence => (evidence.Unit, Math.Round(evidence.Value, 9)))
        );
        Assert.Equal(Confidence.Low, spared.Confidence);
    }

    [Fact]
    public void A_module_is_a_candidate_where_its_mean_loss_is_within_the_margin()
    {
        var section = Conclude(
            task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]),
            settings: "{paths: none, freeze_margin: 7}"
        );
        var finding = Finding(section, "Rewinding conv1, layer1.0 of P-T on drawn costs at most 7 points each.");
        Assert.Equal(Question.Freezing, finding.Question);
        Assert.True(finding.Decision!.IsDetected);
        // First the module that comes closest to the margin: the answer rests on it.
        Assert.StartsWith(
            "accuracy lost by rewinding layer1.0, P-T, 95 % interval over ",
            finding.Evidence[0].Name,
            StringComparison.Ordinal
        );
        Assert.Equal(
            ["conv1"],
            ResettableModules.BeforeHead([Rewinding(0.0, 0.03, 0), Rewinding(0.01, 0.01, 0)], 0.01)
        );

        static RewindingResult Rewinding(params double[] lost) =>
            new(new(0.8, 0.5), [.. lost.Zip(Modules, (x, name) => Module(name, x))], false, 100);
    }

    [Fact]
    public void Equal_losses_leave_open_which_differs_and_by_how_much()
    {
        var section = Conclude(task => Lost(task, [0.4, 0.4, 0.4, 0.4, 0.4], [0.4, 0.4, 0.4, 0.4, 0.4]));
        var comparison = Finding(
            section,
            "No difference in what rewinding a module costs detected on drawn (95 % CI -"
        );
        Assert.False(comparison.Decision!.IsDetected);
        Assert.NotEqual(Confidence.High, comparison.Confidence);
        // That one costs most on these images is no ranking, though its loss is far from 0.
        var critical = section
            .Findings.Where(finding =>
                finding.Sentence.Contains("-T on drawn costs 40.0 points", StringComparison.Ordinal)
            )
            .ToList();
        Assert.Equal(2, critical.Count);
        Assert.All(critical, finding =>
        {
            Assert.EndsWith("; which costs most is open.", finding.Sentence, StringComparison.Ordinal);
            Assert.Contains("No other module is shown to cost less.", finding.Detail, StringComparison.Ordinal);
            // What it states is that this module's loss is above 0.
            Assert.True(finding.Decision!.IsDetected);
        });
        Assert.Equal([3, 4], critical.Select(finding => finding.Evidence.Count(IsRank)));

        static bool IsRank(Evidence evidence) =>
            evidence.Name.StartsWith("adjusted p, conv1 costs more than ", StringComparison.Ordinal);
    }

    [Fact]
    public void A_critical_module_is_named_though_the_largest_loss_is_noise()
    {
        // The two seeds of P-T lose 10 and 70 points in layer3.0, and the head varies still more.
        var section = Conclude(task =>
            Lost(
                task,
                task.Title.EndsWith("P-T s1", StringComparison.Ordinal)
                    ? [0.1, 0.2, 0.3, 0.1, 0]
                    : [0.1, 0.2, 0.3, 0.7, 1],
                [0.4, 0.4, 0.4, 0.4, 0.4]
            )
        );
        var finding = Assert.Single(section.Findings, finding =>
            finding.Sentence.EndsWith("; which costs most is open.", StringComparison.Ordinal)
            && finding.Sentence.Contains("P-T on drawn", StringComparison.Ordinal)
            && !finding.Sentence.Contains("RI-T", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("layer3.0", finding.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("linear", finding.Sentence, StringComparison.Ordinal);
        Assert.Contains(
            "The largest mean loss, of layer3.0, is not shown to be above 0: 40.0 points (95 % CI -",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.True(finding.Decision!.IsDetected);
        Assert.True(finding.Evidence[0].Low > 0);
    }

    [Fact]
    public void A_ranking_is_as_sure_as_the_least_certain_module_that_it_names()
    {
        var section = Conclude(task => Lost(task, [0.05, 0.2985, 0.299, 0.3, 0.299], [0.4, 0.4, 0.4, 0.4, 0.4]));
        var critical = Finding(section, "Rewinding layer3.0 of P-T on drawn costs 30.0 points (95 % CI ");
        Assert.EndsWith("), exceeding 1 of 3 others.", critical.Sentence, StringComparison.Ordinal);
        Assert.Contains(
            "Shown to cost less: conv1. Not shown to cost less: layer1.0, layer2.0. The head, linear, is left out",
            critical.Detail,
            StringComparison.Ordinal
        );
        Assert.Contains(critical.Evidence, evidence =>
            evidence.Name == "adjusted p, layer3.0 costs more than conv1 (3 comparisons)"
        );
        var compared = section.Result[0]!["overSeeds"]!["comparedWithTop"]!.AsObject();
        Assert.Equal(["conv1", "layer1.0", "layer2.0"], compared.Select(other => other.Key));
        Assert.Equal(0.25, (double)compared["conv1"]!["topMinus"]!["value"]!, 1e-9);
        Assert.All(compared, other => Assert.Equal(other.Key == "conv1", (double)other.Value!["adjustedP"]! < 0.05));
        Assert.True(critical.Decision!.P >= (double)compared["conv1"]!["adjustedP"]!);
        Assert.True(critical.Decision.IsDetected);
    }

    [Fact]
    public void Where_no_loss_is_beyond_its_interval_that_is_said_with_its_p()
    {
        var section = Conclude(task => Lost(task, [0, 0.001, 0.002, 0.003, 0.002], [0.4, 0.4, 0.4, 0.4, 0.4]));
        var none = Finding(
            section,
            "No critical module detected in P-T on drawn: rewinding layer3.0 costs 0.3 points (95 % CI -"
        );
        Assert.StartsWith(
            "Of all modules, layer3.0 has the smallest p. The interval is a 95 % ",
            none.Detail,
            StringComparison.Ordinal
        );
        Assert.InRange(none.Decision!.P, 0.05, 1);
        Assert.Equal(Confidence.Low, none.Confidence);
        Assert.True(none.Sentence.Split(' ').Length <= 20);
        var head = Conclude(task => Lost(task, [0, 0.001, 0.002, 0.002, 0.003], [0.4, 0.4, 0.4, 0.4, 0.4]));
        Assert.DoesNotContain(
            "linear",
            Finding(head, "No critical module detected in P-T on drawn").Sentence,
            StringComparison.Ordinal
        );
        // A gain is no loss, however sure it is.
        var gains = Conclude(task => Lost(task, [-0.1, -0.1, -0.1, -0.1, -0.1], [0.4, 0.4, 0.4, 0.4, 0.4]));
        Assert.Equal(1, Finding(gains, "No critical module detected in P-T on drawn").Decision!.P);
    }

    [Fact]
    public void Of_runs_from_scratch_only_modules_that_are_shown_to_be_within_the_margin_are_named()
    {
        // On average, conv1 and layer1.0 cost 0 and 0.5 points; neither estimates nor the lack of them is a finding.
        double[] lost = [0, 0.005, 0.2, 0.2, 0.3];
        var open = Conclude(
            task => Lost(task, [0.2, 0.2, 0.2, 0.2, 0.3], lost),
            settings: "{paths: none, freeze_margin: 0.6}"
        );
        Assert.DoesNotContain(open.Findings, finding =>
            finding.Sentence.Contains("RI-T", StringComparison.Ordinal)
            && !finding.Sentence.Contains("exceeding", StringComparison.Ordinal)
            && !finding.Sentence.Contains("than in RI-T", StringComparison.Ordinal)
        );
        var none = Conclude(
            task => Lost(task, lost, [0.0201, 0.3, 0.3, 0.3, 0.3]),
            settings: "{paths: none, freeze_margin: 2}"
        );
        Assert.DoesNotContain(none.Findings, finding =>
            finding.Sentence.StartsWith("No module of RI-T", StringComparison.Ordinal)
        );
        // Of runs from P it is open, since one of two modules costs hardly more than the margin.
        var freezing = Conclude(
            task => Lost(task, [0.0201, 0.3, 0.3, 0.3, 0.3], lost),
            settings: "{paths: none, freeze_margin: 2}"
        )
            .Findings.Single(one => one.Question == Question.Freezing);
        Assert.StartsWith(
            "Freezing in P-T on drawn is undecided: rewinding conv1 costs least, 2.0 points (95 % CI +",
            freezing.Sentence,
            StringComparison.Ordinal
        );
        Assert.True(freezing.Sentence.Split(' ').Length <= 20);
        Assert.False(freezing.Decision!.IsDetected);
        Assert.Equal(Confidence.Low, freezing.Confidence);
        var no = Conclude(task => Lost(task, [0.2, 0.3, 0.3, 0.3, 0.3], lost))
            .Findings.Single(one => one.Question == Question.Freezing);
        Assert.StartsWith(
            "No candidate for freezing in P-T on drawn: rewinding conv1 costs least, 20.0 points (95 % CI ",
            no.Sentence,
            StringComparison.Ordinal
        );
        Assert.True(no.Decision!.IsDetected);
        var shown = Conclude(
            task => Lost(task, [0.3, 0.3, 0.3, 0.3, 0.3], lost),
            settings: "{paths: none, freeze_margin: 5}"
        );
        var finding = Finding(shown, "Rewinding conv1, layer1.0 of RI-T on drawn costs at most 5 points each.");
        Assert.Null(finding.Question);
        Assert.StartsWith("Try a smaller network", finding.Recommendation, StringComparison.Ordinal);
        Assert.True(finding.Decision!.IsDetected);
    }

    [Fact]
    public void A_candidate_that_is_not_shown_to_be_one_is_an_estimate_in_the_detail()
    {
        var section = Conclude(
            task => Lost(task, [0, 0.045, 0.2, 0.2, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]),
            settings: "{paths: none, freeze_margin: 5}"
        );
        var finding = Finding(section, "Rewinding conv1 of P-T on drawn costs at most 5 points.");
        Assert.Contains(
            "Not shown to cost at most 5 points: layer1.0 costs about 4.5 points (95 % CI +",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.True(finding.Decision!.IsDetected);
    }

    [Fact]
    public void More_modules_than_a_headline_can_name_are_counted_in_it()
    {
        var section = Conclude(
            task => Lost(task, [0, 0.01, 0.02, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]),
            settings: "{paths: none, freeze_margin: 7}"
        );
        var finding = Finding(section, "Rewinding 3 modules of P-T on drawn costs at most 7 points each.");
        Assert.StartsWith("They are conv1, layer1.0, layer2.0.", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_are_compared_at_equal_settings_where_there_are_any()
    {
        var section = Conclude(
            task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]),
            settings: "{paths: none}",
            runs: "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2]}, "
                + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}"
        );
        var comparison = section.Findings[0];
        Assert.Contains(comparison.Evidence, evidence =>
            evidence.Name.StartsWith(
                "mean accuracy lost per rewound module, P-T, learning rate 0.1,",
                StringComparison.Ordinal
            )
        );
        Assert.DoesNotContain("differ", comparison.Detail, StringComparison.Ordinal);
        Assert.Null(section.Result[0]!["overSeeds"]!["meanLostMinusRandom"]);
        Assert.True((bool)section.Result[2]!["overSeeds"]!["meanLostMinusRandom"]!["sameRecipe"]!);
    }

    [Fact]
    public void The_losses_over_seeds_stand_in_the_entry_of_each_run()
    {
        var section = Conclude(task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]));
        var entries = section.Result.AsArray().Select(entry => entry!["overSeeds"]!).ToList();
        Assert.Equal(entries[0].ToJsonString(), entries[1].ToJsonString());
        Assert.Equal(0.15, (double)entries[0]["lost"]!["layer3.0"]!["value"]!, 1e-9);
        Assert.Equal(2, (int)entries[0]["lost"]!["layer3.0"]!["runs"]!);
        Assert.InRange((double)entries[0]["bandAlpha"]!, 0.01, 0.05);
        Assert.Equal(["layer3.0"], entries[0]["mostCritical"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(0.075, (double)entries[0]["meanLost"]!["value"]!, 1e-9);
        Assert.Equal("RI-T", (string)entries[0]["meanLostMinusRandom"]!["training"]!);
        Assert.Equal(-0.275, (double)entries[0]["meanLostMinusRandom"]!["difference"]!["value"]!, 1e-9);
        Assert.Null(entries[2]["meanLostMinusRandom"]);
        Assert.Equal(2 / 24.0, (double)entries[0]["depth"]!["p"]!, 1e-9);
    }

    [Fact]
    public void A_score_that_is_undefined_in_a_seed_is_a_lower_bound_over_all_seeds()
    {
        var section = Conclude(task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]));
        var evidence = Assert
            .Single(section.Findings, finding =>
                finding.Sentence.Contains("of RI-T on drawn costs 50", StringComparison.Ordinal)
            )
            .Evidence[^1];
        Assert.Equal("network's score (sum of mu), undefined in 1 of 2 seeds, so at least", evidence.Name);
        // Three modules at 2^2 / 0.1^2, the head too in one of two seeds.
        Assert.Equal(1400, evidence.Value, 1e-9);
        Assert.Null(evidence.High);
    }

    [Fact]
    public void Trainings_that_learned_nothing_support_no_sentence_about_their_modules()
    {
        var section = Conclude(task => Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]), initialAccuracy: 0.79);
        Assert.Equal(2, section.Findings.Length);
        Assert.All(section.Findings, finding =>
            Assert.Contains("are unknown", finding.Sentence, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Diverged_trainings_are_shown_and_support_nothing()
    {
        var section = Conclude(task => Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]), diverged: true);
        Assert.Empty(section.Findings);
        Assert.Empty(section.Figures);
        Assert.Equal(20, section.Tables[0].Rows.Length);
    }

    [Fact]
    public void Tables_hold_both_forms_and_the_figure_shows_the_recalibrated_one()
    {
        var section = Conclude(task =>
            Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], recalibrated: [0.2, 0.2, 0.2, 0.2, 0.2])
        );
        var table = section.Tables.Single(one => one.Name == "module_criticality");
        Assert.All(table.Rows, row => Assert.Equal((0.8, 0.5), (Cell(row, "accuracy"), Cell(row, Recalibrated))));
        var bars = section.Figures.OfType<BarChart>().First().Panels.Single();
        Assert.All(bars.Series, series => Assert.Equal([70.0, 50, 50, 50, 50, 50], series.Values));
        Assert.Equal(0.7, (double)section.Result[0]!["rewinding"]!["trainedRecalibrated"]!["accuracy"]!);

        double Cell(ImmutableArray<object?> row, string column) =>
            Math.Round((double)row[table.Columns.IndexOf(column)]!, 12);
    }

    [Fact]
    public void Undefined_scores_are_null_with_a_reason_and_leave_gaps_in_the_figure()
    {
        var section = Conclude(task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]));
        var scores = section.Tables.Single(table => table.Name == "module_criticality-scores");
        Assert.Contains(scores.Rows, row =>
            row[3] is null && (string)row[^1]! == "no sigma on the grid keeps the error at or below eps"
        );
        var path = section.Result[0]!["path"]!;
        Assert.Equal((null, 1), ((double?)path["score"], (int)path["undefinedModules"]!));
        Assert.DoesNotContain("NaN", section.Result.ToJsonString(), StringComparison.Ordinal);
        var bars = section
            .Figures.OfType<BarChart>()
            .Single(figure => figure.Name.Contains("score", StringComparison.Ordinal))
            .Panels.Single();
        Assert.True(double.IsNaN(bars.Series[0].Values[4]));
        Assert.Equal(["P-T", "RI-T"], bars.Series.Select(series => series.Label));
        var maps = section.Figures.OfType<Heatmap>().ToList();
        Assert.Equal(2, maps.Count);
        Assert.All(maps, map => Assert.Equal((2, 2), (map.Rows.Length, map.Columns.Length)));
    }

    // What a task would leave: losses per module, a map whose error is the loss, and a head without a score.
    private static JsonObject Lost(TaskSpec task, double[] pretrained, double[] random, double[]? recalibrated = null)
    {
        var lost = task.Title.Contains("RI-T", StringComparison.Ordinal) ? random : pretrained;
        var rewinding = new RewindingResult(
            new(0.8, 0.5),
            [
                .. Modules.Select(
                    (name, i) =>
                        Module(name, lost[i]) with
                        {
                            Recalibrated = recalibrated is { } x ? new(0.7 - x[i], 1, x[i], x[i], x[i]) : null,
                        }
                ),
            ],
            false,
            100
        )
        {
            TrainedRecalibrated = recalibrated is null ? null : new(0.7, 0.6),
        };
        // The head's mu is undefined, but for one seed.
        var defined = task.Title.EndsWith("RI-T s2", StringComparison.Ordinal);
        var paths = Modules
            .Zip(lost, (name, x) =>
            {
                ImmutableArray<PathPoint> map =
                [
                    new(0, 0, 0, x, 0, 1),
                    new(0, 0, 0.1, x, 0.01, 1),
                    new(1, 2, 0, 0, 0, 1),
                    new(1, 2, 0.1, name == "linear" && !defined ? 1 : 0.1, 0.01, 1),
                ];
                return new ModulePath(name, 2, CriticalityScore.FromMap(map, 0.2), map);
            })
            .ToList();
        return new()
        {
            ["rewinding"] = JsonSerializer.SerializeToNode(rewinding, ResultJson.Options),
            ["path"] = JsonSerializer.SerializeToNode(
                new PathResult(
                    "direct",
                    new(1, 0),
                    0.2,
                    50,
                    2,
                    [.. paths],
                    false,
                    defined ? paths.Sum(path => path.Score.Mu!.Value) : null
                ),
                ResultJson.Options
            ),
        };
    }

    private static RewoundModule Module(string name, double lost) => new(name, 0.8 - lost, 1, lost, lost, lost, 2);

    private static Finding Finding(AnalysisSection section, string start) =>
        Assert.Single(section.Findings, finding => finding.Sentence.StartsWith(start, StringComparison.Ordinal));

    private static AnalysisSection Conclude(
        Func<TaskSpec, JsonObject> result,
        double initialAccuracy = 0.1,
        bool diverged = false,
        string settings = "{paths: direct}",
        string runs = Runs
    )
    {
        var plan = Plan(settings, runs);
        return Catalog
            .Analyses[0]
            .Conclude(
                new(plan.Study, plan.Pretraining, plan.Runs) { Catalog = Catalog },
                plan.Study.Analyses.Single().Value,
                plan.Analyses.Single(),
                new Results(task =>
                    task.Kind.Name switch
                    {
                        "train" => new()
                        {
                            ["status"] = diverged ? "diverged" : "finished",
                            ["epochs"] = new JsonArray(new JsonObject { ["testAccuracy"] = initialAccuracy }),
                        },
                        "evaluate" => new() { ["low"] = 0.78 },
                        _ => result(task),
                    }
                )
            );
    }

    private static ImmutableArray<TaskSpec> Tasks(string settings) => Plan(settings).AnalysisTasks();

    private static Plan Plan(string settings, string runs = Runs)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder["study.yaml"],
            $$$"""
            study: made-up
            network: cifar_resnet8
            images: {size: 8}
            pretrained: {data: {format: synthetic, style: photo, train: 4, test: 2}, training: {epochs: 1}}
            targets: {drawn: {format: synthetic, style: clipart, train: 4, test: 2}}
            training: {epochs: 2}
            runs: {{{runs}}}
            analyses: { module_criticality: {{{settings.Replace(
                "{",
                "{check_frozen: false, ",
                StringComparison.Ordinal
            )}}} }
            """
        );
        var study = StudyFile.Read(folder["study.yaml"], Catalog);
        return new Planner(new NoData(), Catalog, skipBadImages: false).Plan(study);
    }

    private sealed class NoData : IPlannedData
    {
        public ImagesDescription Describe(DataSource source) =>
            new(StudyJson.Write(source).ToJsonString(), ["a", "b"], 100);

        public WeightsDescription DescribeWeights(string path, string? key, string network) => new("digest");
    }

    private sealed class Results(Func<TaskSpec, JsonObject> result) : ITaskResults
    {
        public JsonNode Read(TaskSpec task, string file = "result.json") =>
            file == ScoreFile.Name ? MadeUpScores.Create(task, result(task)) : result(task);
    }
}
