using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TransferLens.Report.Comparisons;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;

namespace TransferLens.Report.Tests.Comparisons;

public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Numbers_are_those_of_the_best_learning_rate_over_seeds_and_of_pairs_with_equal_init()
    {
        var target = Assert.Single(Read(SampleResults.Json("one"), SampleResults.Json("two"))[0].Targets);
        Assert.Equal(0.71, target.Pretrained!.Value, 12);
        Assert.Equal((0.70, 0.72, 2), (target.Pretrained.Low, target.Pretrained.High, target.Pretrained.Count));
        Assert.Equal(0.53, target.Random!.Value, 12);
        Assert.Equal(0.18, target.Gain!.Value, 12);
        Assert.Equal(0.14, target.Gain.Low!.Value, 12);
        Assert.Equal(0.22, target.Gain.High!.Value, 12);
        Assert.Equal(new Measured(0.04, null, null, 1), target.PretrainedBarrier);
        Assert.Equal(new Measured(0.4, null, null, 1), target.RandomBarrier);
        Assert.Equal(new Measured(0.01, -0.01, 0.03, 1), target.EnsembleGain);
        Assert.Equal(new Measured(0.02, 0.01, 0.03, 1), target.SoupGain);
        Assert.Equal((8, 10), (target.EarliestEpoch, target.LastEpoch));
        Assert.Equal(["1", "32"], target.Drops.Select(drop => drop.Block));
    }

    [Fact]
    public void Numbers_that_were_not_measured_are_null()
    {
        var bare = SampleResults.Json("bare");
        bare["analyses"] = new JsonObject();
        bare["runs"]!.AsArray().RemoveAt(4);
        bare["runs"]!.AsArray().RemoveAt(3);
        var target = Assert.Single(Read(bare, SampleResults.Json("two"))[0].Targets);
        Assert.Null(target.Random);
        Assert.Null(target.Gain);
        Assert.Null(target.PretrainedBarrier);
        Assert.Null(target.SoupGain);
        Assert.Null(target.EarliestEpoch);
        Assert.Empty(target.Drops);
    }

    [Fact]
    public void Checkpoints_from_files_are_not_compared_as_epochs()
    {
        var files = SampleResults.Json("files");
        Assert.Equal(8, Read(files)[0].Targets[0].EarliestEpoch);
        foreach (var checkpoint in files["analyses"]!["checkpoint_sweep"]!["source"]!.AsArray())
        {
            checkpoint!["accuracy"] = null;
        }

        Assert.Null(Read(files)[0].Targets[0].EarliestEpoch);
        Assert.Null(Read(files)[0].Targets[0].LastEpoch);
    }

    [Fact]
    public void Diverged_runs_are_ignored()
    {
        var diverged = SampleResults.Json("one");
        diverged["runs"]![1]!["status"] = "diverged";
        var target = Assert.Single(Read(diverged, SampleResults.Json("two"))[0].Targets);
        Assert.Equal(0.70, target.Pretrained!.Value, 12);
        Assert.Equal(
            (0.68, 0.72, 1),
            (
                Math.Round(target.Pretrained.Low!.Value, 9),
                Math.Round(target.Pretrained.High!.Value, 9),
                target.Pretrained.Count
            )
        );
    }

    [Fact]
    public void Exactly_the_settings_that_differ_are_listed()
    {
        var second = SampleResults.Json("two");
        second["images"]!["size"] = 64;
        second["runs"]![0]!["training"]!["epochs"] = 12;
        var comparison = Comparison.Create(Read(SampleResults.Json("one"), second));
        Assert.Equal(["images.size", "P-T: epochs"], comparison.Differences.Select(difference => difference.Setting));
        Assert.Equal(["32", "64"], comparison.Differences[0].Values);
        Assert.True(comparison.Same > 10);
        Assert.Empty(Comparison.Create(Read(SampleResults.Json("one"), SampleResults.Json("two"))).Differences);
    }

    [Fact]
    public void Different_test_images_of_a_target_are_reported()
    {
        var second = SampleResults.Json("two");
        second["data"]!["targets"]![0]!["test"]!["digest"] = "cccc";
        Assert.Contains(Comparison.Create(Read(SampleResults.Json("one"), second)).Limits, limit =>
            limit.Contains("test images of cartoon are not the same in one and two", StringComparison.Ordinal)
        );
        var same = Comparison.Create(Read(SampleResults.Json("one"), SampleResults.Json("two")));
        Assert.DoesNotContain(same.Limits, limit => limit.Contains("test images", StringComparison.Ordinal));
        second["data"]!["targets"]![0]!["test"]!.AsObject().Remove("digest");
        Assert.Contains(Comparison.Create(Read(SampleResults.Json("one"), second)).Limits, limit =>
            limit.StartsWith("It is not recorded whether the test images", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Different_targets_networks_and_unanswered_questions_are_reported()
    {
        var second = SampleResults.Json("two", "sketch");
        second["network"] = "cifar_resnet8";
        second["findings"]!.AsArray().Clear();
        var limits = Comparison.Create(Read(SampleResults.Json("one"), second)).Limits;
        Assert.Contains(limits, limit => limit.StartsWith("Accuracies on different targets", StringComparison.Ordinal));
        Assert.Contains(limits, limit => limit.StartsWith("The networks differ", StringComparison.Ordinal));
        Assert.Contains("\"Does pretraining help?\" is not answered by two.", limits);
    }

    [Fact]
    public void Studies_with_equal_names_are_distinguished_by_their_folders()
    {
        var studies = Read(SampleResults.Json("same"), SampleResults.Json("same"), SampleResults.Json("other"));
        Assert.Equal(["same (run-0)", "same (run-1)", "other"], studies.Select(study => study.Name));
    }

    [Fact]
    public void A_comparison_consists_of_a_page_tables_figures_and_a_document()
    {
        var page = ComparisonWriter.Write(
            Comparison.Create(Read(SampleResults.Json("one"), SampleResults.Json("two", "sketch"))),
            folder["out"]
        );
        var files = Directory
            .GetFiles(folder["out"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder["out"], file).Replace('\\', '/'))
            .ToList();
        Assert.Superset(
            new HashSet<string>([
                "comparison.html",
                "comparison.json",
                "tables/comparison.csv",
                "tables/answers.csv",
                "tables/differences.csv",
                "tables/relative_drop.csv",
                "figures/accuracy.svg",
                "figures/gain.png",
                "figures/barrier.svg",
                "figures/together.svg",
                "figures/checkpoint.svg",
                "figures/relative_drop.svg",
            ]),
            files.ToHashSet()
        );
        var text = File.ReadAllText(page);
        var body = XElement.Parse(
            text[text.IndexOf("<body>", StringComparison.Ordinal)..text.IndexOf("</html>", StringComparison.Ordinal)]
        );
        Assert.Equal(
            ["Differences", "Answers", "Measurements", "Provenance"],
            body.Descendants("h2").Select(heading => heading.Value)
        );
        Assert.Contains("Pretraining helps on sketch in two.", text, StringComparison.Ordinal);
        Assert.Contains("71.0 (70.0 to 72.0)", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(
            new Regex("""(?:src|href|action)\s*=\s*(?>["']?)(?!#)""", RegexOptions.IgnoreCase),
            text.Split("<script>")[0]
        );
        var json = JsonNode.Parse(File.ReadAllText(folder["out", "comparison.json"]))!;
        Assert.Equal(0.71, (double)json["studies"]![1]!["targets"]![0]!["pretrained"]!["value"]!, 12);
        Assert.Equal("one", (string)json["answers"]![0]!["answers"]![0]!["study"]!);
        Assert.DoesNotContain(
            folder.Path,
            File.ReadAllText(folder["out", "comparison.json"]),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("{}", "is damaged")]
    [InlineData("[1]", "is damaged")]
    [InlineData("{\"version\": 2", "is damaged")]
    [InlineData("{\"version\": 2, \"study\": \"x\"}", "is damaged")]
    [InlineData("{\"version\": 1}", "version 1, but this program reads version 2")]
    public void A_file_that_is_not_a_results_file_is_an_error(string text, string problem)
    {
        File.WriteAllText(folder["results.json"], text);
        var failure = Assert.Throws<InputException>(() =>
            ResultsFile.Read([folder["results.json"], folder["results.json"][..^5]])
        );
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Contains("results.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_missing_or_given_twice_is_an_error()
    {
        Assert.Contains(
            "There are no results at",
            Assert.Throws<InputException>(() => ResultsFile.Read([folder["nowhere"]])).Message,
            StringComparison.Ordinal
        );
        Write(SampleResults.Json("one"), 0);
        Assert.Contains(
            "given twice",
            Assert
                .Throws<InputException>(() => ResultsFile.Read([folder["run-0"], folder["run-0", "results.json"]]))
                .Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => folder.Dispose();

    private ImmutableArray<ComparedStudy> Read(params JsonObject[] results) =>
        ResultsFile.Read([.. results.Select(Write)]);

    private string Write(JsonObject results, int index)
    {
        Directory.CreateDirectory(folder[$"run-{index}"]);
        File.WriteAllText(folder[$"run-{index}", "results.json"], results.ToJsonString());
        return folder[$"run-{index}"];
    }
}
