using System.Text;
using TransferLens.Report.Comparisons;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.Comparisons;

public class MutatedResultsTests
{
    [Fact]
    public void A_mutated_results_file_is_compared_or_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        var (random, refused, tried) = (new Random(3), 0, HostileInput.Share(15));
        var sound = Encoding.UTF8.GetBytes(SampleResults.Json("one").ToJsonString());
        File.WriteAllBytes(folder["other.json"], sound);
        for (var i = 0; i < tried; i++)
        {
            File.WriteAllBytes(folder["results.json"], HostileInput.Mutated(sound, random));
            refused += HostileInput.IsRefused(
                () => Compare(folder),
                $"results.json {i}: {File.ReadAllText(folder["results.json"])}"
            )
                ? 1
                : 0;
        }

        Assert.InRange(refused, tried / 10, tried);
        HostileInput.Note("hostile inputs tried", tried);
        HostileInput.Note("of them refused in one sentence", refused);
    }

    private static void Compare(TemporaryFolder folder) =>
        ComparisonFile.Format(Comparison.Create(ResultsFile.Read([folder["results.json"], folder["other.json"]])));
}
