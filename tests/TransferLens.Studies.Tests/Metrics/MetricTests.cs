using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;

namespace TransferLens.Studies.Tests.Metrics;

public class MetricTests
{
    private static readonly Metric Accuracy = DeclaredMetrics.Accuracy;

    private static readonly Metric Auc = DeclaredMetrics.MeanAuc;

    private sealed record Held(double Score, double? TestScore, double Scorecard);

    private sealed record Named([property: JsonPropertyName("score")] double Score);

    private sealed class Agreement : Metric
    {
        public override string Key => "expert_agreement";

        public override string Name => "expert agreement";

        public override bool IsPercent => true;
    }

    [Fact]
    public void An_accuracy_is_written_in_percent_and_points_and_a_mean_AUC_as_a_fraction()
    {
        Assert.Equal(("85.8 %", "0.858"), (Accuracy.Number(0.858), Auc.Number(0.858)));
        Assert.Equal(("2.9 points", "0.029 in mean AUC"), (Accuracy.Difference(0.029), Auc.Difference(0.029)));
        Assert.Equal(("+2.9", "-0.029", "0.0"), (Accuracy.Signed(0.029), Auc.Signed(-0.029), Accuracy.Signed(0)));
        Assert.Equal(("test accuracy (%)", "test mean AUC"), (Accuracy.Axis("test "), Auc.Axis("test ")));
        Assert.Equal("accuracy or mean AUC", Metric.Names([Auc, Accuracy, Auc]));
        Assert.Equal("accuracies or mean AUCs", Metric.Plurals([Auc, Accuracy]));
    }

    [Fact]
    public void Every_shipped_metric_has_its_names_and_units()
    {
        Assert.Equal(
            [
                "accuracy accuracy accuracy accuracies True",
                "balanced_accuracy balancedAccuracy balanced accuracy balanced accuracies True",
                "macro_f1 macroF1 macro F1 macro F1 scores False",
                "top_5 top5 top-5 accuracy top-5 accuracies True",
                "mean_auc meanAuc mean AUC mean AUCs False",
            ],
            DeclaredMetrics.All.Select(metric =>
                $"{metric.Key} {metric.JsonName} {metric.Name} {metric.Plural} {metric.IsPercent}"
            )
        );
    }

    [Fact]
    public void Sentences_follow_from_a_metric_s_names()
    {
        var metric = new Agreement();
        Assert.Equal("is right on", Accuracy.Reaches);
        Assert.Equal("reaches a mean AUC of", Auc.Reaches);
        Assert.Equal("reach an expert agreement of", metric.Reach);
        Assert.Equal(("mean accuracy", "mean AUC"), (Accuracy.MeanName, Auc.MeanName));
        Assert.Equal(("points of accuracy", "of mean AUC"), (Accuracy.AmountWords, Auc.AmountWords));
        Assert.Equal("beyond the expert agreement of chance", metric.BeyondChance);
    }

    [Fact]
    public void A_score_has_the_key_of_its_metric_and_is_read_under_it()
    {
        var held = new Held(0.5, null, 3);
        Assert.Equal(
            """{"accuracy":0.5,"testAccuracy":null,"scorecard":3}""",
            JsonSerializer.Serialize(held, Accuracy.Json)
        );
        Assert.Equal("""{"auc":0.5,"testAuc":null,"scorecard":3}""", JsonSerializer.Serialize(held, Auc.Json));
        foreach (var metric in DeclaredMetrics.All.Append(new Agreement()))
        {
            Assert.Equal(
                held,
                JsonSerializer.Deserialize<Held>(JsonSerializer.Serialize(held, metric.Json), metric.Json)
            );
        }

        Assert.Equal("""{"score":2}""", JsonSerializer.Serialize(new Named(2), Auc.Json));
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<Held>(JsonSerializer.Serialize(held, Auc.Json), Accuracy.Json)
        );
    }

    [Fact]
    public void A_result_s_metric_is_the_one_it_names_or_the_one_whose_score_it_has()
    {
        Assert.Equal(Auc, Metric.ReadFrom(new JsonObject { ["auc"] = 0.5 }));
        Assert.Equal(Accuracy, Metric.ReadFrom(new JsonObject { ["accuracy"] = 0.5 }));
        var named = new JsonObject
        {
            ["accuracy"] = 0.5,
            ["macroF1"] = 0.4,
            ["metric"] = "macro_f1",
        };
        Assert.Equal(DeclaredMetrics.MacroF1, Metric.ReadFrom(named));
        foreach (
            var wrong in new JsonNode[]
            {
                "f2",
                3,
                new JsonObject { ["key"] = "f2" },
                new JsonArray(),
            }
        )
        {
            Assert.Throws<JsonException>(() => Metric.ReadFrom(new JsonObject { ["metric"] = wrong }));
        }
    }

    [Fact]
    public void A_metric_that_does_not_ship_can_be_reported_by_a_program_that_does_not_know_it()
    {
        var metric = new Agreement();
        var read = Metric.ReadFrom(new JsonObject { ["metric"] = DescribedMetric.Write(metric) });
        Assert.Equal(metric, read);
        Assert.Equal(
            (metric.Name, metric.Plural, metric.BeyondChance, metric.Number(0.5), metric.JsonName),
            (read.Name, read.Plural, read.BeyondChance, read.Number(0.5), "expertAgreement")
        );
    }

    [Fact]
    public void A_metric_refuses_labels_that_it_does_not_fit()
    {
        Assert.All(DeclaredMetrics.All, metric => Assert.Null(metric.Refusal(isMultiLabel: false, 6)));
        Assert.Equal(
            ["macro_f1", "mean_auc"],
            DeclaredMetrics
                .All.Where(metric => metric.Refusal(isMultiLabel: true, 6) is null)
                .Select(metric => metric.Key)
        );
        Assert.Equal(
            "The metric top_5 needs at least 6 classes and there are 5; choose accuracy.",
            Assert.Throws<InputException>(() => DeclaredMetrics.Top5.CheckFits(isMultiLabel: false, 5)).Message
        );
        Assert.Contains(
            "needs images of one class each",
            Assert.Throws<InputException>(() => Accuracy.CheckFits(isMultiLabel: true, 5)).Message
        );
    }
}
