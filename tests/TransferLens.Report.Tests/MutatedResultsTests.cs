using System.Text;
using TransferLens.Comparisons;

namespace TransferLens.Tests;

public class MutatedResultsTests
{
    [Fact]
    public void A_mutated_results_file_is_compared_or_refused_in_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var (random, refused, tried) = (new Random(3), 0, Hostile.Share(15));
        var sound = Encoding.UTF8.GetBytes(SampleResults.Json("one").ToJsonString());
        File.WriteAllBytes(folder["other.json"], sound);
        for (var i = 0; i < tried; i++)
        {
            File.WriteAllBytes(folder["results.json"], Hostile.Mutated(sound, random));
            refused += Hostile.IsRefused(() => ComparisonPage(folder), $"results.json {i}: {File.ReadAllText(folder["results.json"])}") ? 1 : 0;
        }

        Assert.InRange(refused, tried / 10, tried);
        Hostile.Note("hostile inputs tried", tried);
        Hostile.Note("of them refused in one sentence", refused);
    }

    private static void ComparisonPage(TemporaryFolder folder) =>
        ComparisonFile.Of(Comparison.Of(ResultsFile.Read([folder["results.json"], folder["other.json"]])));
}
