using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Probe;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Probe;

public sealed class ProbeAnalysisTests : IDisposable
{
    private const string Three = "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}}";

    private readonly MadeUpStudy study = new(new ProbeAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Features_of_P_and_of_random_weights_are_computed_once_for_each_set_of_images()
    {
        var tasks = study.Plan("").AnalysisTasks();
        Assert.Equal(
            [
                "features of P on drawn, training images",
                "features of P on drawn, test images",
                "features of random weights on drawn, training images",
                "features of random weights on drawn, test images",
                "probe drawn",
            ],
            tasks.Select(task => task.Title)
        );
        var fixedC = study.Plan("c: 10, control: false").AnalysisTasks();
        Assert.Equal(tasks[..2].Select(task => task.Key), fixedC[..2].Select(task => task.Key));
        Assert.Equal(3, fixedC.Length);
        Assert.NotEqual(tasks[^1].Key, fixedC[^1].Key);
        Assert.Equal("study.yaml, line 9: analyses.probe.c must be above 0, but is '0'.", study.Wrong("c: 0"));
        Assert.Contains(
            "the study has no pretrained",
            study.Wrong("", pretrained: "", runs: "{RI-T: {init: random, learning_rate: 0.1}}"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_the_probe_leaves_to_fine_tuning_is_said_with_its_interval()
    {
        var section = Conclude(0.8, 0.9);
        var finding = section.Findings[0];
        Assert.StartsWith(
            "A probe alone gives 80.0 % on drawn, 10.0 points below P-T (95 % CI ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal("Fine-tune: a probe gives up 10.0 points.", finding.Recommendation);
        Assert.Equal(Question.Gain, finding.Question);
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Contains("layer2.0, chosen on a held-out fifth", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_probe_that_is_no_worse_is_where_to_start()
    {
        var finding = Conclude(0.8, 0.8).Findings[0];
        Assert.Equal("Start with a probe of layer2.0.", finding.Recommendation);
        Assert.StartsWith("A probe alone gives 80.0 % on drawn: at most ", finding.Sentence, StringComparison.Ordinal);
        Assert.StartsWith(
            "A probe alone gives 80.0 % on drawn, 10.0 points above P-T",
            Conclude(0.8, 0.7).Findings[0].Sentence,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_best_module_is_chosen_on_held_out_images_and_those_not_below_it_are_named()
    {
        var section = Conclude(0.8, 0.9);
        var entry = section.Result.AsArray().Single()!;
        Assert.Equal("layer2.0", (string?)entry["best"]);
        Assert.Equal(["layer2.0", "layer3.0"], entry["notBelowBest"]!.AsArray().Select(name => (string?)name));
        var features = section.Findings[1];
        Assert.StartsWith(
            "P's features help on drawn: a probe of layer2.0 gains 50.0 points over random weights",
            features.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("Not detectably below: layer3.0.", features.Detail, StringComparison.Ordinal);
        var panel = Assert.IsType<LineChart>(section.Figures.Single()).Panels.Single();
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0"], panel.Positions);
        Assert.Equal(4, panel.Lines.Length);
        Assert.Equal(8, section.Tables.Single().Rows.Length);
    }

    [Fact]
    public void Every_sentence_is_short()
    {
        double[] tuned = [0.7, 0.79, 0.8, 0.81, 0.9];
        Assert.All(tuned.SelectMany(score => Conclude(0.8, score).Findings), finding =>
        {
            Assert.InRange(finding.Sentence.Split(' ').Length, 5, 24);
            Assert.InRange(finding.Recommendation!.Split(' ').Length, 3, 15);
        });
    }

    // The third module is the best on held-out images, though the fourth has one test image more.
    private AnalysisSection Conclude(double probe, double tuned)
    {
        string[] names = ["conv1", "layer1.0", "layer2.0", "layer3.0"];
        double[] scores = [0.4, 0.6, probe, probe + 0.0005];
        double[] heldOut = [0.4, 0.6, 0.85, 0.8];
        var result = Result(scores) with { Random = Result([0.3, 0.3, 0.3, 0.3]) };
        return study.Conclude(study.Plan("", runs: Three), (task, file) =>
        {
            if (task.Kind == ProbeTask.Declared)
            {
                return file == ScoreFile.Name
                    ? new JsonObject(
                        names.SelectMany(
                            (name, i) =>
                                new[]
                                {
                                    KeyValuePair.Create(
                                        ProbeTask.LogisticScore(ProbeTask.Pretrained, name),
                                        (JsonNode?)Sample(scores[i])
                                    ),
                                    KeyValuePair.Create(
                                        ProbeTask.LogisticScore(ProbeTask.Random, name),
                                        (JsonNode?)Sample(0.3)
                                    ),
                                }
                        )
                    )
                    : JsonSerializer.SerializeToNode(result, DeclaredMetrics.Accuracy.Json)!.AsObject();
            }

            if (file == ScoreFile.Name)
            {
                return new() { ["accuracy"] = Sample(tuned) };
            }

            return task.Kind == StudyTasks.TrainKind ? MadeUpStudy.Trained(0.9) : MadeUpStudy.Evaluated(tuned);
        });

        ProbeResult Result(double[] of) =>
            new(
                [
                    .. names.Select(
                        (name, i) =>
                            new ProbeModule(
                                name,
                                16,
                                new(of[i], of[i] - 0.02, of[i] + 0.02, of[i], 1, 1, heldOut[i], true),
                                new(of[i], of[i] - 0.02, of[i] + 0.02, of[i], 20)
                            )
                    ),
                ],
                400,
                2000
            );
    }

    // The first of 2,000 images are classified correctly.
    private static JsonObject Sample(double accuracy) =>
        ScoreFile.Encode(
            ScoreSample.FromValues([.. Enumerable.Range(0, 2000).Select(i => i < 2000 * accuracy ? 1.0 : 0)])
        );
}
