using System.Text.Json;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.WeightSpectrum;

public sealed class SpectrumAnalysisTests : IDisposable
{
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
        var section = study.Conclude(study.Plan(""), task =>
            new()
            {
                ["models"] = JsonSerializer.SerializeToNode(
                    new[]
                    {
                        Measured(1, 10),
                        Measured(2, 2),
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
        Assert.StartsWith(
            "Fine-tuning changes the effective rank less on drawn (0.0 %) than training from scratch",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(0, finding.Evidence[0].Value);
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
        var section = study.Conclude(study.Plan(""), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5, diverged: task.Title.EndsWith("P-T s2", StringComparison.Ordinal))
                : new()
                {
                    ["models"] = JsonSerializer.SerializeToNode(
                        new[]
                        {
                            Measured(1, 10),
                            Measured(2, 2),
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
            [false, false, false, true, false, false],
            section.Result.AsArray().Select(solution => (bool)solution!["diverged"]!)
        );
        Assert.Equal(5, section.Figures.OfType<LineChart>().Last().Panels[0].Lines.Length);
        var table = section.Tables.Single();
        Assert.Contains("without P-T s2, which diverged", table.Title, StringComparison.Ordinal);
        Assert.Equal(
            table.Rows[0][table.Columns.IndexOf("stable, P")],
            table.Rows[0][table.Columns.IndexOf("stable, P-T")]
        );
    }

    private static SpectrumResult Measured(long seed, int classes)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed);
        return SpectrumMeasurement.Measure(network);
    }
}
