using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Tests.Randomness;

public class NumpyRandomTests
{
    private static int[] Numbers(JsonNode? node) => [.. node!.AsArray().Select(value => value!.GetValue<int>())];

    private static int[] NumbersIn(string text) =>
        [.. Regex.Matches(text, "[0-9]+").Select(match => int.Parse(match.Value))];

    [Fact]
    public void Permutations_are_numpys()
    {
        foreach (var (key, expected) in SharedData.Golden()["numpy RandomState permutation"]!.AsObject())
        {
            var (seed, n) = (NumbersIn(key)[0], NumbersIn(key)[1]);
            var (order, count) = (new NumpyRandom((uint)seed).Permutation(n), expected!.AsArray().Count);
            Assert.Equal(Numbers(expected), key.Contains("last") ? order[^count..] : order[..count]);
        }
    }

    [Fact]
    public void Choices_are_numpys()
    {
        foreach (var (key, expected) in SharedData.Golden()["numpy RandomState choice without replacement"]!.AsObject())
        {
            var numbers = NumbersIn(key);
            var chosen = new NumpyRandom((uint)numbers[0]).Choice(numbers[1], numbers[2]);
            Assert.Equal(numbers[2], chosen.Distinct().Count());
            Assert.Equal(Numbers(expected), chosen.Take(10));
        }
    }

    [Fact]
    public void Choosing_more_than_there_are_is_refused() =>
        Assert.Throws<InputException>(() => new NumpyRandom(1).Choice(3, 4));
}
