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
        var sound = Encoding.UTF8.GetBytes(SampleResults.Json("one").ToJsonString());
        File.WriteAllBytes(folder["other.json"], sound);
        HostileInput.Check(
            "results.json",
            seed: 3,
            random => HostileInput.Mutated(sound, random),
            bytes =>
            {
                File.WriteAllBytes(folder["results.json"], bytes);
                return () => Compare(folder);
            },
            least: 0.1
        );
    }

    private static void Compare(TemporaryFolder folder) =>
        ComparisonFile.Format(Comparison.Create(ResultsFile.Read([folder["results.json"], folder["other.json"]])));
}
