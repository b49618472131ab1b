using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Tests.Settings;

public class MetricTests
{
    private sealed record Held(double Score, double? TestScore, double Scorecard);

    private sealed record Named([property: JsonPropertyName("score")] double Score);

    [Fact]
    public void An_accuracy_is_written_in_percent_and_points_and_a_mean_AUC_as_it_is()
    {
        Assert.Equal(("85.8 %", "0.858"), (Metric.Accuracy.Number(0.858), Metric.Auc.Number(0.858)));
        Assert.Equal(
            ("2.9 points", "0.029 in mean AUC"),
            (Metric.Accuracy.Difference(0.029), Metric.Auc.Difference(0.029))
        );
        Assert.Equal(
            ("+2.9", "-0.029", "0.0"),
            (Metric.Accuracy.Signed(0.029), Metric.Auc.Signed(-0.029), Metric.Accuracy.Signed(0))
        );
        Assert.Equal(("test accuracy (%)", "test mean AUC"), (Metric.Accuracy.Axis("test "), Metric.Auc.Axis("test ")));
        Assert.Equal("accuracy or mean AUC", Metric.Names([Metric.Auc, Metric.Accuracy, Metric.Auc]));
    }

    [Fact]
    public void A_score_has_the_key_of_its_metric_and_is_read_under_it()
    {
        var held = new Held(0.5, null, 3);
        Assert.Equal(
            """{"accuracy":0.5,"test_accuracy":null,"scorecard":3}""",
            JsonSerializer.Serialize(held, Metric.Accuracy.Json)
        );
        Assert.Equal("""{"auc":0.5,"test_auc":null,"scorecard":3}""", JsonSerializer.Serialize(held, Metric.Auc.Json));
        foreach (var metric in new[] { Metric.Accuracy, Metric.Auc })
        {
            Assert.Equal(
                held,
                JsonSerializer.Deserialize<Held>(JsonSerializer.Serialize(held, metric.Json), metric.Json)
            );
        }

        Assert.Equal("""{"score":2}""", JsonSerializer.Serialize(new Named(2), Metric.Auc.Json));
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<Held>(JsonSerializer.Serialize(held, Metric.Auc.Json), Metric.Accuracy.Json)
        );
        Assert.Same(Metric.Auc, Metric.Of(new JsonObject { ["auc"] = 0.5 }));
        Assert.Same(Metric.Accuracy, Metric.Of(new JsonObject { ["accuracy"] = 0.5 }));
    }
}
