using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Evaluation;

public class AucTests
{
    [Fact]
    public void A_thousand_cases_with_ties_agree_with_the_definition_pair_by_pair()
    {
        var expected = JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "auc.json")))!
            .AsArray();
        Assert.Equal(1000, expected.Count);
        for (var seed = 0; seed < 1000; seed++)
        {
            var (numbers, positive) = Case((ulong)seed);
            var found = Auc.Of(numbers, positive).Value;
            Assert.Equal((double?)expected[seed] is null, found is null);
            Assert.Equal((double?)expected[seed] ?? 0, found ?? 0, 1e-9);
        }
    }

    [Fact]
    public void Turning_numbers_round_turns_the_area_round_and_only_their_order_counts()
    {
        var (numbers, positive) = Case(12);
        var area = Auc.Of(numbers, positive).Value!.Value;
        Assert.Equal(1 - area, Auc.Of(Array.ConvertAll(numbers, x => -x), positive).Value!.Value, 1e-12);
        Assert.Equal(1 - area, Auc.Of(numbers, Array.ConvertAll(positive, yes => !yes)).Value!.Value, 1e-12);
        Assert.Equal(area, Auc.Of(Array.ConvertAll(numbers, x => (3 * x) - 7), positive).Value!.Value, 1e-12);
        Assert.Equal(1, Auc.Of([3, 1, 2], [true, false, false]).Value);
        Assert.Equal(0.5, Auc.Of([2, 2, 2], [true, false, false]).Value);
    }

    [Fact]
    public void A_resample_by_counts_is_the_area_of_the_images_drawn()
    {
        var random = new Random(1);
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var (numbers, positive) = Case((ulong)seed);
            int[] drawn = [.. numbers.Select(_ => random.Next(numbers.Length))];
            var counts = new int[numbers.Length];
            Array.ForEach(drawn, i => counts[i]++);
            Assert.Equal(
                Auc.Of(Array.ConvertAll(drawn, i => numbers[i]), Array.ConvertAll(drawn, i => positive[i])).Value,
                Auc.Of(numbers, positive).Counted(counts)
            );
        }
    }

    [Fact]
    public void Whole_weights_give_the_area_and_parts_count_on_both_sides()
    {
        var (numbers, positive) = Case(12);
        Assert.Equal(
            Auc.Of(numbers, positive).Value!.Value,
            Auc.Weighted(numbers, [.. positive.Select(yes => yes ? 1.0 : 0)])!.Value,
            1e-12
        );
        // Each image is half of either: it ties with itself, and the others cancel.
        Assert.Equal(0.5, Auc.Weighted(numbers, [.. numbers.Select(_ => 0.5)])!.Value, 1e-12);
        Assert.Null(Auc.Weighted([1, 2], [1, 1]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_number_that_is_not_finite_loses_every_comparison(float bad)
    {
        Assert.Equal(0.5, Auc.Of([bad, 3, 1, 2], [true, true, false, false]).Value);
        Assert.Equal(0.5, Auc.Of([4, 3, bad, 2], [true, true, false, false]).Value);
        Assert.Equal(0, Auc.Of([bad, bad], [true, false]).Value);
    }

    [Fact]
    public void A_label_that_all_images_have_or_none_is_left_out_of_the_mean_and_of_nothing_else()
    {
        var labels = ImageLabels.MultiLabel(3, [true, true, false, false, true, false, true, true, false]);
        var mean = MeanAuc.Of([1, 0, 0, 2, 0, 0, 3, 0, 0], labels);
        Assert.Equal([0.5, null, null], mean.Labels);
        Assert.Equal(0.5, mean.Value);
        Assert.Equal([true, false, false], mean.Intervals().Select(interval => interval is not null));
        var (low, high) = Bootstrap.Interval(mean);
        Assert.InRange(low, 0, 0.5);
        Assert.InRange(high, 0.5, 1);
        Assert.Contains(
            "No label has an AUC",
            Assert.Throws<InputException>(() => MeanAuc.Of([1, 2], ImageLabels.MultiLabel(1, [true, true]))).Message
        );
    }

    [Fact]
    public void A_score_less_itself_is_nothing_on_every_resample()
    {
        var labels = ImageLabels.MultiLabel(2, [.. Enumerable.Range(0, 60).Select(i => i * 7 % 5 < 2)]);
        var (first, second) = (MeanAuc.Of(Logits(1), labels), MeanAuc.Of(Logits(2), labels));
        Assert.Equal((0, 0), Bootstrap.Interval(ImageScore.Difference([first, second], [second, first])));
        Assert.Equal(first.Value - second.Value, ImageScore.Difference([first], [second]).Value, 1e-12);

        static float[] Logits(int seed) =>
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(_ => new Random(seed))
                    .Select((random, i) => (float)new Random((100 * seed) + i).NextDouble()),
            ];
    }

    // As in tests/reference/auc.py.
    private static (float[] Numbers, bool[] Positive) Case(ulong seed)
    {
        var state = seed;
        Next();
        var (count, levels, share) = (2 + (int)(Next() % 60), 1 + (int)(Next() % 40), 1 + (Next() % 9));
        var (numbers, positive) = (new float[count], new bool[count]);
        for (var i = 0; i < count; i++)
        {
            numbers[i] = ((int)(Next() % (ulong)levels) - (levels / 2)) / 8f;
            positive[i] = Next() % 10 < share;
        }

        return (numbers, positive);

        ulong Next() => (state = (state * 6364136223846793005) + 1442695040888963407) >> 33;
    }
}
