using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Vision.Tests.Evaluation;

public class ScoreFileTests
{
    [Property]
    public void Bits_come_back(bool[] correct)
    {
        ImmutableArray<double> values = [.. correct.Append(true).Select(yes => yes ? 1.0 : 0)];
        var encoded = ScoreFile.Encode(ScoreSample.FromValues(values));
        Assert.NotNull(encoded["bits"]);
        Assert.Equal((values.Length + 7) / 8, Convert.FromBase64String((string)encoded["bits"]!).Length);
        Assert.Equal(values, Read(encoded).Values);
    }

    [Fact]
    public void The_first_image_is_the_lowest_bit()
    {
        var encoded = ScoreFile.Encode(ScoreSample.FromValues([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        Assert.Equal([1, 2], Convert.FromBase64String((string)encoded["bits"]!));
        Assert.Equal(10, (int)encoded["images"]!);
    }

    [Fact]
    public void Values_come_back_to_the_last_bit()
    {
        ImmutableArray<double> values = [0, 1, 1.0 / 3, -2.5, double.Epsilon, 1e300];
        var sample = Read(ScoreFile.Encode(ScoreSample.FromValues(values)));
        Assert.Equal(values, sample.Values);
        Assert.Equal(values.Average(), sample.Value);
    }

    [Fact]
    public void Draws_come_back_with_those_that_are_undefined()
    {
        ImmutableArray<double> draws = [0.5, double.NaN, 0.7];
        var sample = Read(ScoreFile.Encode(ScoreSample.FromDraws(0.6, 12, draws)));
        Assert.Equal((0.6, 12, false), (sample.Value, sample.Images, sample.IsMean));
        Assert.Equal(draws, sample.Draws);
        Assert.Equal(double.NaN, Read(ScoreFile.Encode(ScoreSample.FromDraws(double.NaN, 12, draws))).Value);
    }

    [Fact]
    public void A_file_holds_scores_by_name_and_says_which_it_lacks()
    {
        using var folder = new TemporaryFolder();
        var (accuracy, f1) = (ScoreSample.FromValues([1, 0, 1]), ScoreSample.FromDraws(0.6, 3, [0.5, 0.7]));
        ScoreFile.Write(folder.Path, [("accuracy", accuracy), ("macroF1", f1)]);
        var document = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, ScoreFile.Name)))!;
        Assert.Equal(accuracy.Values, ScoreFile.Read(document, "accuracy").Values);
        Assert.Equal(f1.Draws, ScoreFile.Read(document, "macroF1").Draws);
        var error = Assert.Throws<InputException>(() => ScoreFile.Read(document, "auc"));
        Assert.Contains("'auc'", error.Message, StringComparison.Ordinal);
    }

    private static ScoreSample Read(JsonObject encoded) =>
        ScoreFile.Read(JsonNode.Parse(new JsonObject { ["score"] = encoded }.ToJsonString())!, "score");
}
