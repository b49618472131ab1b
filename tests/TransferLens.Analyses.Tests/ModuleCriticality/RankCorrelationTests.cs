using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

/// <summary>Against SciPy: <c>tests/reference/depth.py</c>.</summary>
public class RankCorrelationTests
{
    [Fact]
    public void Correlation_and_p_agree_with_SciPy()
    {
        var cases = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "depth.json")))!;
        Assert.All(cases.AsArray(), one =>
        {
            var values = one!["values"].Deserialize<double[]>()!;
            var found = RankCorrelation.Create([.. values.Select((_, i) => (double)i)], values)!;
            Assert.Equal((double)one["correlation"]!, found.Value, 1e-9);
            Assert.Equal((double)one["p"]!, found.P, 1e-9);
        });
    }

    [Fact]
    public void Nothing_is_correlated_with_what_does_not_vary_or_with_two_values()
    {
        Assert.Null(RankCorrelation.Create([0, 1, 2], [3, 3, 3]));
        Assert.Null(RankCorrelation.Create([0, 1], [3, 4]));
        // A perfect order of many values is no chance, and of three it may be.
        double[] twelve = [.. Enumerable.Range(0, 12).Select(i => (double)i)];
        Assert.Equal((1, 0, true), Of(RankCorrelation.Create(twelve, twelve)!));
        Assert.Equal((1, 1 / 3.0, false), Of(RankCorrelation.Create([0, 1, 2], [3, 4, 5])!));

        static (double, double, bool) Of(RankCorrelation one) => (one.Value, one.P, one.IsBeyondChance);
    }
}
