using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.PerformanceBarrier;

public sealed class BarrierAnalysisTests : IDisposable
{
    private const string ThreeSeeds =
        "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3, 4]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";
    private const string OneSeed =
        "{P-T: {init: pretrained, learning_rate: 0.02}, RI-T: {init: random, learning_rate: 0.1}}";

    private readonly MadeUpStudy study = new(new BarrierAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Neither_planes_nor_basins_are_measured_unless_asked_for() =>
        Assert.All(study.Plan("").AnalysisTasks(), task => Assert.Equal(BarrierTask.Declared, task.Kind));

    [Fact]
    public void A_plane_goes_through_the_first_three_seeds_of_a_run_and_else_through_two_P_T_and_one_RI_T()
    {
        Assert.Equal(
            ["plane drawn P-T s1, P-T s2, P-T s3"],
            Titles(study.Plan("plane: 5", runs: ThreeSeeds), PlaneTask.Declared)
        );
        Assert.Equal(["plane drawn P-T s1, P-T s2, RI-T s1"], Titles(study.Plan("plane: 5"), PlaneTask.Declared));
        Assert.Contains("plane is 5, which needs three seeds", study.Wrong("plane: 5", runs: OneSeed));
        Assert.Equal(
            "study.yaml, line 9: analyses.performance_barrier.plane is 1. A plane needs at least 2 points on each side; write 0 for no plane.",
            study.Wrong("plane: 1")
        );
    }

    [Fact]
    public void A_basin_is_tested_for_what_the_seeds_of_each_run_span()
    {
        Assert.Equal(
            ["basin drawn P-T s1, P-T s2, P-T s3", "basin drawn RI-T s1, RI-T s2"],
            Titles(study.Plan("basin_draws: 10", runs: ThreeSeeds), BasinTask.Declared)
        );
        Assert.Contains("which needs two seeds", study.Wrong("basin_draws: 10", runs: OneSeed));
        Assert.Equal(
            "study.yaml, line 9: analyses.performance_barrier.basin_draws is 3. A basin test needs at least 10 draws; write 0 for no test.",
            study.Wrong("basin_draws: 3")
        );
        Assert.StartsWith(
            "study.yaml, line 9: analyses.performance_barrier.basin_delta must be at least ",
            study.Wrong("basin_draws: 10, basin_delta: 0")
        );
    }

    [Theory]
    [InlineData(
        0.01,
        0.0,
        "No accuracy barrier detected between P-T runs on drawn (1.0 points, 95 % CI 0.0 to 3.0).",
        "Measure the average of their weights before you use it.",
        "Unequal learning rates: no difference detected between barriers of P-T lr 0.02 and RI-T lr 0.1 on drawn: "
    )]
    [InlineData(
        0.05,
        0.03,
        "Accuracy barrier between P-T runs on drawn: 5.0 points (95 % CI 3.0 to 7.0).",
        "Do not average their weights without measuring the result.",
        "Unequal learning rates: no difference detected between barriers of P-T lr 0.02 and RI-T lr 0.1 on drawn: "
    )]
    public void A_barrier_is_seen_where_its_interval_lies_above_0(
        double barrier,
        double low,
        string headline,
        string action,
        string compared
    )
    {
        var findings = study
            .Conclude(study.Plan(""), task => task.Kind == BarrierTask.Declared ? Line(barrier, low) : Other(task))
            .Findings;
        Assert.Equal((headline, action), (findings[0].Sentence, findings[0].Recommendation));
        Assert.Equal("The interval covers test images only: two runs make a single pair.", findings[0].Detail);
        Assert.Equal(
            (2, false, low > 0),
            (findings[0].Decision!.Runs, findings[0].Decision!.CoversSeeds, findings[0].Decision!.IsDetected)
        );
        Assert.Contains(findings, finding => finding.Sentence.Contains(compared, StringComparison.Ordinal));
        var evidence = findings[0].Evidence[0];
        Assert.Equal(
            ("barrier, P-T & P-T, 95 % interval over test images", barrier, low, barrier + 0.02),
            (evidence.Name, evidence.Value, evidence.Low!.Value, evidence.High!.Value)
        );
    }

    [Fact]
    public void Barriers_of_P_T_and_RI_T_differ_only_where_their_intervals_do()
    {
        var section = study.Conclude(study.Plan("points: 3"), task => task.Kind != BarrierTask.Declared ? Other(task)
            : task.Title.Contains("RI-T s1 & RI-T s2", StringComparison.Ordinal) ? Line(0.4, 0.35)
            : Line(0.02, 0));
        var finding = section.Findings.Single(finding =>
            finding.Sentence.StartsWith(
                "Unequal learning rates: P-T lr 0.02 barriers on drawn are 38.0 points smaller than RI-T lr 0.1 barriers.",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(
            "P-T has learning rate 0.02 and RI-T 0.1: the difference may come from the rates. "
                + "P-T lr 0.02: 2.0 points; RI-T lr 0.1: 40.0 points. "
                + "The two kinds of run were trained with different settings. "
                + "The interval leaves out the spread between seeds where two runs make a single pair. "
                + "Same direction as in Neyshabur et al. (2020).",
            finding.Detail
        );
        Assert.Equal((Confidence.Low, true), (finding.Confidence, finding.Decision!.UnequalRates));
        Assert.InRange(finding.Evidence[0].High!.Value - finding.Evidence[0].Low!.Value, 0.05, 0.2);
        Assert.Equal(
            [
                "P, each with its own new head",
                "P and random weights",
                "P and random weights",
                "P and random weights",
                "P and random weights",
                "different random weights",
            ],
            Pairs(section.Result).Select(pair => (string)pair["start"]!)
        );
        Assert.Equal(
            [0.35, 0.42],
            ((string[])["accuracyLow", "accuracyHigh"]).Select(name =>
                Math.Round((double)section.Result[5]!["raw"]!["barrier"]![name]!, 9)
            )
        );
    }

    [Fact]
    public void Trainings_from_the_same_random_weights_are_told_from_those_that_each_have_their_own()
    {
        const string Same =
            "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}, "
            + "RI-T from one: {init: random, init_seed: 1, learning_rate: 0.1, seeds: [3, 4]}}";
        var plan = study.Plan("", runs: Same);
        Assert.Equal(
            [1, 1],
            plan.Runs.Where(run => run.Run == "RI-T from one")
                .Select(run => TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).InitSeed!.Value)
        );
        var section = study.Conclude(plan, task => task.Kind == BarrierTask.Declared ? Line(0.3, 0.2) : Other(task));
        // RI-T s1 starts where they do, too.
        Assert.Equal(
            ["RI-T s1 & RI-T from one s3", "RI-T s1 & RI-T from one s4", "RI-T from one s3 & RI-T from one s4"],
            Pairs(section.Result)
                .Where(pair => (string)pair["start"]! == "the same random weights")
                .Select(pair => $"{pair["first"]} & {pair["second"]}")
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence
            == "Accuracy barrier between RI-T from one runs on drawn (same random weights): 30.0 points (95 % CI 20.0 to 32.0)."
        );
        Assert.Contains(((LineChart)section.Figures[0]).Panels[0].Lines, line =>
            line.Label == "RI-T from one & RI-T from one, same start"
        );
    }

    [Fact]
    public void Best_and_last_epochs_are_measured_in_one_study_and_named()
    {
        const string Keeps = "{epochs: 2, keep_best: true}";
        var plan = study.Plan("checkpoint: [last, best]", training: Keeps);
        Assert.Equal(12, plan.AnalysisTasks().Length);
        Assert.Contains("barrier drawn P-T s1 & P-T s2, best epochs", Titles(plan, BarrierTask.Declared));
        var section = study.Conclude(plan, task => task.Kind == BarrierTask.Declared ? Line(0.3, 0.2) : Other(task));
        Assert.Equal(
            ["performance_barrier-drawn", "performance_barrier-drawn-best"],
            section.Figures.Select(figure => figure.Name)
        );
        Assert.Equal(
            [6, 6],
            Pairs(section.Result).GroupBy(pair => (string)pair["epochs"]!).Select(epochs => epochs.Count())
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.StartsWith(
                "Accuracy barrier between P-T runs on drawn (best checkpoints): 30.0 points",
                StringComparison.Ordinal
            )
        );
        Assert.Contains("do not keep their best epoch", study.Wrong("checkpoint: best"));
        Assert.Equal(
            "study.yaml, line 9: analyses.performance_barrier.checkpoint[1] has the unknown value '3'; write one of last, best.",
            study.Wrong("checkpoint: [last, 3]")
        );
    }

    [Fact]
    public void A_rise_of_the_loss_that_changes_no_answer_is_said_too()
    {
        var line = Line(0.01, 0);
        var raw = line["raw"]!["barrier"]!;
        (raw["lossLow"], raw["lossHigh"], raw["lossNoise"]) = (0.8, 1.2, 0.2);
        var finding = study
            .Conclude(study.Plan(""), task =>
                task.Kind == BarrierTask.Declared ? line.DeepClone().AsObject() : Other(task)
            )
            .Findings[0];
        Assert.Equal(
            "There is a barrier in loss, however: 1.000 nats (95 % CI 0.800 to 1.200). "
                + "The interval covers test images only: two runs make a single pair.",
            finding.Detail
        );
    }

    [Theory]
    [InlineData(0.03, "No accuracy barrier detected between P-T runs on drawn (", "No accuracy barrier detected")]
    [InlineData(
        0.06,
        "Uncertain accuracy barrier between P-T runs on drawn: 2.0 points (95 % CI 0.0 to ",
        "Uncertain: neither a barrier nor its absence is shown"
    )]
    public void Three_seeds_are_judged_on_their_mean_curve_and_not_by_any_pair(
        double one,
        string sentence,
        string answer
    )
    {
        // One of three pairs shows a barrier of its own.
        var section = study.Conclude(
            study.Plan("points: 3", runs: "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}}"),
            task =>
                task.Kind != BarrierTask.Declared ? Other(task)
                : task.Title.Contains("P-T s1 & P-T s2", StringComparison.Ordinal) ? Line(one, 0.01)
                : Line(0, 0)
        );
        var finding = section.Findings.Single();
        Assert.StartsWith(sentence, finding.Sentence, StringComparison.Ordinal);
        Assert.Equal(answer, finding.Answer);
        Assert.Equal("Largest shortfall of the mean curve over 3 pairs.", finding.Detail);
        Assert.Equal(
            [
                "barrier, P-T & P-T, mean curve of 3 pairs, 95 % interval over seeds and test images",
                "pairs that show a barrier alone, P-T & P-T, of 3",
            ],
            finding.Evidence.Select(evidence => evidence.Name)
        );
        Assert.Equal((one / 3, 1.0), (Math.Round(finding.Evidence[0].Value, 9), finding.Evidence[1].Value));
        var entry = section.Result.AsArray().Single(entry => entry!["kind"] is not null)!;
        Assert.Equal(
            ("P-T & P-T", 3, 3),
            ((string)entry["kind"]!, (int)entry["pairs"]!, (int)entry["barrier"]!["runs"]!)
        );
        Assert.Equal(finding.Evidence[0].High, (double)entry["barrier"]!["high"]!);
        Assert.Equal(finding.Decision!.P, (double)entry["barrier"]!["p"]!);
    }

    [Fact]
    public void Pairs_of_unlike_rates_are_never_pooled()
    {
        const string Rates =
            "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2]}, RI-T: {init: random, learning_rate: [0.1, 0.4], seeds: [1, 2]}}";
        var section = study.Conclude(study.Plan("points: 3", runs: Rates), task => task.Kind != BarrierTask.Declared
                ? Other(task)
            : task.Title.Contains("P-T lr 0.02 s1 & P-T lr 0.02 s2", StringComparison.Ordinal) ? Line(0.02, 0.01)
            : task.Title.Contains("P-T lr 0.1 s1 & P-T lr 0.1 s2", StringComparison.Ordinal) ? Line(0.2, 0.19)
            : Line(0.4, 0.39));
        Assert.Equal(
            [
                ("P-T lr 0.02 & P-T lr 0.02", 1, 0.02),
                ("P-T lr 0.02 & P-T lr 0.1", 4, 0.4),
                ("P-T lr 0.1 & P-T lr 0.1", 1, 0.2),
                ("RI-T lr 0.1 & RI-T lr 0.1", 1, 0.4),
                ("RI-T lr 0.1 & RI-T lr 0.4", 2, 0.4),
                ("RI-T lr 0.1 & RI-T lr 0.4, same start", 2, 0.4),
                ("RI-T lr 0.4 & RI-T lr 0.4", 1, 0.4),
            ],
            section
                .Result.AsArray()
                .Where(entry => entry!["kind"] is not null)
                .Select(entry =>
                    ((string)entry!["kind"]!, (int)entry["pairs"]!, Math.Round((double)entry["barrier"]!["value"]!, 9))
                )
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal)
        );
        Assert.StartsWith(
            "Accuracy barrier between P-T lr 0.02 runs on drawn: 2.0 points",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.StartsWith(
                "Accuracy barrier between P-T lr 0.02 and P-T lr 0.1 on drawn: 40.0 points",
                StringComparison.Ordinal
            )
        );
        // Compared are the two kinds with one rate, although others come first.
        var compared = section.Findings[^1];
        Assert.StartsWith(
            "P-T lr 0.1 barriers on drawn are 20.0 points smaller than RI-T lr 0.1 barriers (",
            compared.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("Runs with other settings are left out.", compared.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("different settings", compared.Detail, StringComparison.Ordinal);
        var difference = section.Result.AsArray().Single(entry => entry!["kinds"] is not null)!;
        Assert.True((bool)difference["sameSettings"]!);
        Assert.Equal(0.2, (double)difference["difference"]!["value"]!, 9);
    }

    [Fact]
    public void The_line_samples_of_a_task_are_read_as_they_were_written()
    {
        double[] lambdas = [-0.5, .. Enumerable.Range(0, 101).Select(i => i / 100.0), 1.5];
        var draws = lambdas.Select(lambda => (lambda, (double[])[lambda, lambda + 1])).ToArray();
        var samples = LineSamples.Create(lambdas, draws, null, 50);
        Assert.Equal(
            (LineSamples.MostLambdas, 0.0, 0.5, 1.0),
            (samples.Lambdas.Length, samples.Lambdas[0], samples.Lambdas[12], samples.Lambdas[^1])
        );
        var document = new JsonObject(
            samples.Write("raw").Select(one => KeyValuePair.Create(one.Name, (JsonNode?)ScoreFile.Encode(one.Score)))
        );
        var read = LineSamples.Read(document, "raw");
        Assert.Equal(samples.Lambdas, read.Lambdas);
        Assert.Equal(samples.Scores.Select(score => score.Value), read.Scores.Select(score => score.Value));
        Assert.Equal([0.5, 1.5], read.Scores[12].Draws);
        Assert.Empty(read.Losses);
        // A straight line falls nowhere short.
        Assert.All(read.Shortfalls(), shortfall => Assert.Equal(0, shortfall.Value, 12));
        Assert.Equal(23, read.Between.Length);
    }

    private static IEnumerable<JsonNode> Pairs(JsonNode result) =>
        result.AsArray().OfType<JsonNode>().Where(entry => entry["raw"] is not null);

    private static JsonObject Line(double barrier, double low)
    {
        var curve = BarrierCurve.FromPoints([new(0, 0.7, 1), new(0.5, 0.7 - barrier, 2), new(1, 0.7, 1)]);
        var height = curve.Barrier with
        {
            Score = barrier,
            ScoreLow = low,
            ScoreHigh = barrier + 0.02,
            ScoreNoise = barrier - low,
        };
        curve = curve with { Barrier = height };
        return new() { ["raw"] = JsonSerializer.SerializeToNode(curve, ResultJson.Options), ["recalibrated"] = null };
    }

    private static JsonObject Other(TaskSpec task) =>
        task.Kind == StudyTasks.EvaluateKind ? MadeUpStudy.Evaluated(0.7) : MadeUpStudy.Trained(0.9);

    [Theory]
    [InlineData(1.0, 0.1, "span a basin with epsilon = 0.100")]
    [InlineData(-1.0, 0.1, "do not span a basin")]
    [InlineData(0.1, 0.1, "is undecided after 10 draws")]
    [InlineData(double.NaN, double.NaN, "is undefined")]
    public void What_a_basin_test_found_is_worded_by_its_errors(double margin, double error, string says)
    {
        var excess = new BasinExcess(new(0.2 + margin, error), new(margin, error));
        var basin = new BasinResult(
            2,
            3,
            10,
            new(1, 0.01),
            new(0.1, 0.01),
            excess,
            excess,
            margin >= 0 ? 0.1 : null,
            margin >= 0 ? [] : ["boundary", "beyond"]
        );
        var plane = new PlaneResult(
            [-1, 1, 2],
            [-1, 0.5, 2],
            [
                [0.1, 0.2, 0.3],
                [0.2, 0.6, 0.3],
                [0.1, 0.1, 0.1],
            ],
            [
                [9, 8, null],
                [2, 0.5, 3],
                [1, 2, 3],
            ],
            [new(0, 0, 0.7, 0.4), new(1, 0, 0.6, 0.5), new(0.5, 1, 0.65, 0.45)],
            true
        );
        var section = study.Conclude(study.Plan("plane: 3, basin_draws: 10"), task => task.Kind.Name switch
            {
                "performance_barrier" => new()
                {
                    ["raw"] = JsonSerializer.SerializeToNode(
                        BarrierCurve.FromPoints([new(0, 0.7, 1), new(0.5, 0.6, 2), new(1, 0.7, 1)]),
                        ResultJson.Options
                    ),
                    ["recalibrated"] = null,
                },
                "plane" => JsonSerializer.SerializeToNode(plane, ResultJson.Options)!.AsObject(),
                "basin_test" => JsonSerializer.SerializeToNode(basin, ResultJson.Options)!.AsObject(),
                "evaluate" => MadeUpStudy.Evaluated(0.7),
                _ => MadeUpStudy.Trained(0.9),
            });
        var tests = section
            .Findings.Where(finding => finding.Sentence.Contains(says, StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, tests.Count);
        // The draws say nothing about other seeds.
        Assert.All(tests, test => Assert.Equal((2, false), (test.Decision!.Runs, test.Decision.CoversSeeds)));
        Assert.All(tests, test => Assert.Equal(Math.Abs(margin) > 0.5, test.Decision!.IsDetected));
        Assert.All(tests, test =>
            Assert.Equal(Math.Abs(margin) > 0.5 ? Confidence.Medium : Confidence.Low, test.Confidence)
        );
        Assert.DoesNotContain(
            "NaN",
            string.Join(' ', section.Findings.Select(finding => finding.Sentence + finding.Detail))
                + section.Result.ToJsonString()
        );
        Assert.Equal(
            [6, 1, 2],
            ((string[])["raw", "plane", "basin"]).Select(name =>
                section.Result.AsArray().Count(entry => entry![name] is not null)
            )
        );
        Assert.Equal(
            ["performance_barrier", "performance_barrier-planes", "performance_barrier-basins"],
            section.Tables.Select(table => table.Name)
        );
        var loss = section
            .Figures.OfType<Landscape>()
            .Single(figure => figure.Name == "performance_barrier-plane-loss-drawn");
        Assert.Equal(["P-T s1", "P-T s2", "RI-T s1"], loss.Panels.Single().Points.Select(point => point.Label));
        Assert.Equal([double.NaN, 3.0], [loss.Panels.Single().Values[0][2], loss.Panels.Single().Values[1][2]]);
        Assert.All(section.Tables.SelectMany(table => table.Rows).SelectMany(row => row), cell =>
            Assert.True(cell is null or string or long or bool or double)
        );
    }

    [Fact]
    public void Nothing_is_said_of_a_basin_between_trainings_that_learned_nothing()
    {
        var estimate = new BasinEstimate(1, 0.01);
        var basin = new BasinResult(
            2,
            3,
            10,
            estimate,
            estimate,
            new(estimate, estimate),
            new(estimate, estimate),
            1,
            []
        );
        var section = study.Conclude(study.Plan("basin_draws: 10"), task => task.Kind.Name switch
            {
                "performance_barrier" => new()
                {
                    ["raw"] = JsonSerializer.SerializeToNode(
                        BarrierCurve.FromPoints([new(0, 0.7, 1), new(0.5, 0.6, 2), new(1, 0.7, 1)]),
                        ResultJson.Options
                    ),
                    ["recalibrated"] = null,
                },
                "basin_test" => JsonSerializer.SerializeToNode(basin, ResultJson.Options)!.AsObject(),
                "evaluate" => new()
                {
                    ["accuracy"] = 0.5,
                    ["low"] = 0.45,
                    ["high"] = 0.55,
                    ["largestClass"] = 0.5,
                },
                _ => MadeUpStudy.Trained(0.9),
            });
        Assert.Equal(
            2,
            section.Findings.Count(finding =>
                finding.Sentence.StartsWith("The basin test of", StringComparison.Ordinal)
            )
        );
    }

    [Theory]
    [InlineData(
        0.0,
        0.0,
        "No barrier between P-T runs on drawn detected before permutation: 0.0 points (95 % CI 0.0 to 2.0).",
        null
    )]
    [InlineData(
        0.2,
        0.0,
        "No barrier between P-T runs on drawn detected after permutation: 0.0 points (95 % CI 0.0 to 2.0).",
        "Align the models, and measure their average before you use it."
    )]
    [InlineData(
        0.2,
        0.1,
        "P-T runs on drawn share no basin even after permutation: 10.0 points (95 % CI 9.0 to 12.0).",
        "Do not average their weights, even aligned, without measuring."
    )]
    public void Whether_permuting_channels_joins_basins_follows_from_the_barriers_before_and_after(
        double before,
        double after,
        string sentence,
        string? action
    )
    {
        var section = ConcludeAligned(before, after);
        var finding = section.Findings.Single(finding =>
            finding.Sentence.Contains("P-T runs", StringComparison.Ordinal)
            && finding.Sentence.Contains("permutation", StringComparison.Ordinal)
        );
        Assert.Equal((sentence, action), (finding.Sentence, finding.Recommendation));
        Assert.InRange(finding.Sentence.Split(' ').Length, 1, 20);
        Assert.Equal(
            $"Barrier before permuting channels: {100 * before:0.0} points; after: {100 * after:0.0} points. "
                + "Channels are matched by weights."
                + (after > 0 ? " The search finds a local optimum, so a better permutation may exist." : ""),
            finding.Detail
        );
        Assert.Equal([before, after], finding.Evidence.Select(evidence => Math.Round(evidence.Value, 9)));
        var pairs = Pairs(section.Result).ToList();
        Assert.All(pairs, pair => Assert.Equal(3.0, (double)pair["aligned"]!["distanceAfter"]!));
        Assert.Equal(
            ["Raw", "Aligned, activations rescaled", "Aligned, raw"],
            ((LineChart)section.Figures[0]).Panels.Select(panel => panel.Heading)
        );
        Assert.Contains("performance_barrier-alignment", section.Tables.Select(table => table.Name));
        Assert.Contains("hidden channels permuted", section.Method.Definition, StringComparison.Ordinal);
    }

    [Fact]
    public void An_aligned_line_is_measured_for_every_pair_only_where_it_is_asked_for()
    {
        Assert.Empty(Titles(study.Plan(""), AlignedTask.Declared));
        const string Alone = "{P-T: {init: pretrained, learning_rate: 0.02}}";
        Assert.Contains("align is weights, which needs two seeds of a run", study.Wrong("align: weights", runs: Alone));
        Assert.Contains("curve is of 3 epochs, which needs two seeds", study.Wrong("curve: {epochs: 3}", runs: Alone));
        var plan = study.Plan("align: activations");
        Assert.Equal(
            plan.AnalysisTasks().Count(task => task.Kind == BarrierTask.Declared),
            Titles(plan, AlignedTask.Declared).Count()
        );
        Assert.Contains(
            "has the unknown value 'magic'; write one of none, weights, activations.",
            study.Wrong("align: magic"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(0.2, 0.0, "A curve joins P-T runs on drawn, no barrier detected: 0.0 points")]
    [InlineData(0.2, 0.1, "A barrier remains on the curve between P-T runs on drawn: 10.0 points")]
    [InlineData(0.0, 0.0, "Line and curve between P-T runs on drawn: no barrier detected (0.0 points")]
    public void A_curve_is_judged_next_to_the_straight_line(double onLine, double onCurve, string says)
    {
        var plan = study.Plan("curve: {epochs: 3}");
        Assert.Equal(
            ["curve drawn P-T s1 & P-T s2", "curve drawn RI-T s1 & RI-T s2"],
            Titles(plan, CurveTask.Declared)
        );
        var curve = Line(onCurve, Math.Max(0, onCurve - 0.01));
        (curve["epochs"], curve["diverged"]) = (3, false);
        var section = study.Conclude(plan, (task, file) => task.Kind == CurveTask.Declared
                ? file == ScoreFile.Name
                    ? Renamed(task, curve, "curve")
                    : curve.DeepClone().AsObject()
                : task.Kind == BarrierTask.Declared
                    ? Line(onLine, Math.Max(0, onLine - 0.01))
                    : Other(task));
        Assert.Contains(section.Findings, finding => finding.Sentence.StartsWith(says, StringComparison.Ordinal));
        var chart = section
            .Figures.OfType<LineChart>()
            .Single(figure => figure.Name == "performance_barrier-curve-drawn");
        Assert.Equal(["Test accuracy", "Test loss"], chart.Panels.Select(panel => panel.Heading));
        Assert.Contains("performance_barrier-curves", section.Tables.Select(table => table.Name));
    }

    private AnalysisSection ConcludeAligned(double before, double after)
    {
        var unpermuted = Line(before, Math.Max(0, before - 0.01));
        var permuted = Line(after, Math.Max(0, after - 0.01));
        var aligned = new JsonObject
        {
            ["method"] = "weights",
            ["distanceBefore"] = 4,
            ["distanceAfter"] = 3,
            ["logitChange"] = 1e-6,
            ["movedChannels"] = 5,
            ["channels"] = 6,
            ["raw"] = permuted["raw"]!.DeepClone(),
            ["recalibrated"] = permuted["raw"]!.DeepClone(),
            ["repaired"] = null,
        };
        return study.Conclude(study.Plan("align: weights"), (task, file) => task.Kind == AlignedTask.Declared
                ? file == ScoreFile.Name
                    ? Renamed(task, permuted, "aligned")
                    : aligned.DeepClone().AsObject()
                : task.Kind == BarrierTask.Declared
                    ? unpermuted.DeepClone().AsObject()
                    : Other(task));
    }

    // The scores of a made-up line under the name of another curve.
    private static JsonObject Renamed(TaskSpec task, JsonObject line, string curve) =>
        new(
            MadeUpScores
                .Create(task, line)
                .Select(score =>
                    KeyValuePair.Create(
                        score.Key.Replace("raw ", $"{curve} ", StringComparison.Ordinal),
                        score.Value?.DeepClone()
                    )
                )
        );

    private static IEnumerable<string> Titles(Plan plan, TaskKind kind) =>
        plan.AnalysisTasks().Where(task => task.Kind == kind).Select(task => task.Title);
}
