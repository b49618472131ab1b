using System.Text.Json.Nodes;
using TransferLens.Analyses.WiseFt;
using TransferLens.Cli.Output;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Cli.Tests.Output;

public sealed class WiseFtOutputTests
{
    [Fact]
    public void Without_an_alpha_below_1_that_passes_nothing_changes_and_nothing_is_regained()
    {
        // The recalibrated end of the line is not P-T as it is used, whose weights are kept.
        var document = Document(0.5, 0.6, 0.7);
        Assert.Equal(1, (double)document["alpha"]!);
        Assert.Null(document["change"]);
        Assert.Null(document["regained"]);
        Assert.Equal(-0.2, (double)document["forgotten"]!["value"]!, 1e-9);
    }

    [Fact]
    public void At_the_chosen_alpha_the_change_is_from_P_T_as_it_is_used_and_the_gain_along_the_line()
    {
        var document = Document(0.5, 0.8, 0.7);
        Assert.Equal(0.5, (double)document["alpha"]!);
        Assert.Equal(0, (double)document["change"]!["value"]!, 1e-9);
        Assert.Equal(0.1, (double)document["regained"]!["value"]!, 1e-9);
    }

    [Fact]
    public void Every_score_has_its_interval()
    {
        var measured = Document(0.5, 0.8, 0.7)["points"]![1]!["target"]!;
        Assert.Equal(0.8, (double)measured["accuracy"]!);
        Assert.Equal(0.75, (double)measured["low"]!, 1e-9);
        Assert.Equal(0.85, (double)measured["high"]!, 1e-9);
    }

    // One line for target and source, with a share of 1,000 images that are right at each alpha; P-T is right on 0.8.
    private static JsonObject Document(params double[] shares)
    {
        var alphas = WiseFtMeasurement.Grid(shares.Length);
        var curve = new WiseFtCurve(
            [.. shares.Select((share, at) => new WiseFtPoint(alphas[at], new(share, share - 0.05, share + 0.05), 0.5))],
            1000
        )
        {
            Samples = [.. shares.Select(Sample)],
        };
        var choice = WiseFtChoice.Choose([curve.Samples], [Sample(0.8)]);
        var measured = new MeasuredWiseFt([("recalibrated", curve, curve)], choice, false, choice.AgainstFineTuned);
        return WiseFtOutput.Document(measured, new(null, null), "accuracy", "accuracy");
    }

    private static ScoreSample Sample(double share) =>
        ScoreSample.FromValues([.. Enumerable.Range(0, 1000).Select(i => i < 1000 * share ? 1.0 : 0)]);
}
