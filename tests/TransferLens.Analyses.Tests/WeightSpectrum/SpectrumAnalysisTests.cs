using System.Text.Json;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.WeightSpectrum;

public sealed class SpectrumAnalysisTests : IDisposable
{
    private const string EqualRates =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private readonly MadeUpStudy study = new(new SpectrumAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void One_task_a_target_reads_P_random_weights_before_training_and_every_training()
    {
        var task = Assert.Single(study.Plan("").AnalysisTasks());
        Assert.Equal(["P", "run P-T s1", "run P-T s2", "run RI-T s1", "run RI-T s2"], task.Inputs.Keys);
        Assert.Equal(
            [
                new("P", "last"),
                new("run RI-T s1", "0"),
                new("run RI-T s2", "0"),
                new("run P-T s1", "last"),
                new("run P-T s2", "last"),
                new("run RI-T s1", "last"),
                new SpectrumModel("run RI-T s2", "last"),
            ],
            TaskSettings.Read<SpectrumTaskSettings>(task.Settings).Models
        );
    }

    [Fact]
    public void Trainings_are_compared_with_where_they_began_whatever_the_head()
    {
        // P has another head; both P-T kept P's body, both RI-T are far from where they began.
        var section = study.Conclude(study.Plan("", runs: EqualRates), task =>
            new()
            {
                ["models"] = JsonSerializer.SerializeToNode(
                    new[]
                    {
                        Measured(1, 10),
                        Measured(2, 2),
                        Measured(5, 2),
                        Measured(1, 2),
                        Measured(1, 2),
                        Measured(3, 2),
                        Measured(4, 2),
                    },
                    ResultJson.Options
                ),
            }
        );
        var finding = Assert.Single(section.Findings);
        Assert.Equal(0, finding.Evidence[0].Value);
        Assert.True(finding.Evidence[1].Value > 0);
        var charts = section.Figures.OfType<LineChart>().ToList();
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"], charts[0].Panels[0].Positions);
        Assert.Equal(["P", "RI", "P-T", "RI-T"], charts[0].Panels[0].Lines.Select(line => line.Label));
        Assert.Equal(
            ["layer1.0.conv1.weight", "layer2.0.conv2.weight", "layer3.0.conv2.weight"],
            charts[1].Panels.Select(panel => panel.Heading)
        );
        Assert.All(charts[1].Panels.SelectMany(panel => panel.Lines), line =>
            Assert.Equal((0.0, 1.0), (line.X[0], line.X[^1]))
        );
        Assert.Equal(8, section.Tables.Single().Rows.Length);
        Assert.DoesNotContain("NaN", section.Result.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_diverged_is_marked_and_counts_in_no_finding_figure_or_mean()
    {
        // The fine-tuned one that diverged is where training from random weights ended.
        var section = study.Conclude(study.Plan("", runs: EqualRates), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5, diverged: task.Title.EndsWith("P-T s2", StringComparison.Ordinal))
                : new()
                {
                    ["models"] = JsonSerializer.SerializeToNode(
                        new[]
                        {
                            Measured(1, 10),
                            Measured(2, 2),
                            Measured(5, 2),
                            Measured(1, 2),
                            Measured(4, 2),
                            Measured(3, 2),
                            Measured(4, 2),
                        },
                        ResultJson.Options
                    ),
                }
        );
        Assert.Equal(0, Assert.Single(section.Findings).Evidence[0].Value);
        Assert.Equal(
            [false, false, false, false, true, false, false],
            section.Result.AsArray().Where(one => one!["model"] is not null).Select(model => (bool)model!["diverged"]!)
        );
        Assert.Equal(6, section.Figures.OfType<LineChart>().Last().Panels[0].Lines.Length);
        var table = section.Tables.Single();
        Assert.Contains("without P-T s2, which diverged", table.Title, StringComparison.Ordinal);
        Assert.Equal(
            table.Rows[0][table.Columns.IndexOf("stable, P")],
            table.Rows[0][table.Columns.IndexOf("stable, P-T")]
        );
    }

    [Fact]
    public void Runs_that_change_ranks_less_are_named_with_the_interval_of_the_difference()
    {
        var section = Changed(EqualRates, 1.01, 1.03, 1.10, 0.92);
        // Welch's interval of [1, 3], [10, 8] by scipy.stats.t.ppf
        var finding = Assert.Single(section.Findings);
        Assert.Equal(
            "P-T changes the effective rank less than RI-T on drawn, by 7.0 points (95 % CI 0.9 to 13.1).",
            finding.Sentence
        );
        Assert.Equal(Confidence.Medium, finding.Confidence);
        var difference = section.Result.AsArray()[^1]!["difference"]!;
        Assert.Equal(-7, (double)difference["value"]!, 1e-9);
        Assert.Equal((double)difference["p"]!, finding.Decision!.P);
    }

    [Fact]
    public void Every_run_from_random_weights_is_measured_from_where_it_began()
    {
        // Each ends where it began, and the two began at different weights.
        var section = study.Conclude(study.Plan("", runs: EqualRates), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5)
                : new()
                {
                    ["models"] = JsonSerializer.SerializeToNode(
                        new long[] { 1, 2, 3, 1, 4, 2, 3 }.Select(seed => Measured(seed, 2)),
                        ResultJson.Options
                    ),
                }
        );
        var finding = Assert.Single(section.Findings);
        Assert.True(finding.Evidence[0].Value > 0);
        Assert.Equal(0, finding.Evidence[1].Value);
        Assert.Equal(
            ["P", "RI s1", "RI s2", "P-T s1", "P-T s2", "RI-T s1", "RI-T s2"],
            section.Result.AsArray().Select(model => (string?)model!["model"]).OfType<string>()
        );
    }

    [Fact]
    public void Runs_with_one_init_seed_began_at_the_same_weights()
    {
        var runs = EqualRates.Replace("init: random,", "init: random, init_seed: 7,", StringComparison.Ordinal);
        var task = Assert.Single(study.Plan("", runs: runs).AnalysisTasks());
        Assert.Single(
            TaskSettings.Read<SpectrumTaskSettings>(task.Settings).Models,
            model => model.Checkpoint == "0"
        );
    }

    [Fact]
    public void A_difference_that_seeds_leave_open_is_not_detected()
    {
        var finding = Assert.Single(Changed(EqualRates, 1.01, 1.05, 1.10, 1.04).Findings);
        Assert.Equal(
            "No difference in the change of effective rank detected on drawn: P-T 3.0 %, RI-T 7.0 %.",
            finding.Sentence
        );
        Assert.Equal(Confidence.Low, finding.Confidence);
    }

    [Fact]
    public void Runs_with_unequal_learning_rates_are_not_compared()
    {
        // The default runs: at 0.02 and at 0.1.
        var section = Changed(null, 1.01, 1.01, 1.10, 1.10);
        var finding = Assert.Single(section.Findings);
        Assert.Equal(
            "Changes of the effective rank on drawn are not compared: "
                + "P-T and RI-T differ in learning rate (0.02 and 0.1).",
            finding.Sentence
        );
        Assert.StartsWith("The change is 1.0 % for P-T and 10.0 % for RI-T.", finding.Detail, StringComparison.Ordinal);
        Assert.Null(finding.Decision);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Null(section.Result.AsArray()[^1]!["difference"]);
    }

    [Fact]
    public void Learning_rates_of_one_run_are_not_pooled()
    {
        const string runs =
            "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2]}, "
            + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";
        var section = Changed(runs, 1.9, 1.8, 1.01, 1.03, 1.10, 0.92);
        Assert.Equal(2, Assert.Single(section.Findings).Evidence[0].Value, 1e-9);
        Assert.Equal(
            ["P", "RI", "P-T, learning rate 0.02", "P-T, learning rate 0.1", "RI-T"],
            section.Figures.OfType<LineChart>().First().Panels[0].Lines.Select(line => line.Label)
        );
    }

    [Fact]
    public void Bands_are_intervals_over_runs()
    {
        var lines = Changed(EqualRates, 1.01, 1.03, 1.10, 0.92).Figures.OfType<LineChart>().First().Panels[1].Lines;
        var (start, tuned) = (lines.Single(line => line.Label == "P"), lines.Single(line => line.Label == "P-T"));
        Assert.Empty(start.Low);
        // t of 1 degree of freedom, 12.7062, times half the difference of two runs.
        Assert.Equal(1.02 * start.Y[0], tuned.Y[0], 1e-9);
        Assert.Equal((1.02 + (12.7062 * 0.01)) * start.Y[0], tuned.High[0], 1e-3);
    }

    // Runs whose effective ranks are those of their start times a factor.
    private AnalysisSection Changed(string? runs, params double[] factors) =>
        study.Conclude(study.Plan("", runs: runs), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5)
                : new()
                {
                    ["models"] = JsonSerializer.SerializeToNode(
                        factors.Prepend(1).Prepend(1).Prepend(1).Select(factor => Scaled(Measured(1, 2), factor)),
                        ResultJson.Options
                    ),
                }
        );

    private static SpectrumResult Scaled(SpectrumResult spectrum, double factor) =>
        new([
            .. spectrum.Modules.Select(module =>
                module with
                {
                    Matrices =
                    [
                        .. module.Matrices.Select(matrix =>
                            matrix with
                            {
                                EffectiveRank = factor * matrix.EffectiveRank,
                            }
                        ),
                    ],
                }
            ),
        ]);

    private static SpectrumResult Measured(long seed, int classes)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed);
        return SpectrumMeasurement.Measure(network);
    }
}
