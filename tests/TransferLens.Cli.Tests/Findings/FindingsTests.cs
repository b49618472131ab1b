using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Cli.Tests.Files;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>Findings of a study that ran, against the numbers that it left.</summary>
public sealed class FindingsTests(FindingsTests.Asked asked) : IClassFixture<FindingsTests.Asked>
{
    /// <summary>The finished study, asked more.</summary>
    public sealed class Asked : IDisposable
    {
        private readonly TinyStudy study;

        public Asked(FinishedStudy finished)
        {
            ArgumentNullException.ThrowIfNull(finished);
            study = finished.Copy();
            study
                .Run(
                    "--set",
                    "analyses={learning_curves: , feature_reuse: {block_sizes: [1, 16], seeds: [1]}, mistakes: , parameter_distance: , performance_barrier: {points: 3}, model_soup: , checkpoint_sweep: {points: 3}}"
                )
                .Ended(0);
        }

        internal string Folder => study.Out;

        internal TinyStudy Study => study;

        internal JsonNode Results() => JsonNode.Parse(study.Results())!;

        public void Dispose() => study.Dispose();
    }

    [Fact]
    public void Every_finding_is_what_the_numbers_say()
    {
        var results = asked.Results();
        Assert.Empty(FindingsCheck.Problems(results));
        Assert.All(
            [
                "learning_curves",
                "feature_reuse",
                "parameter_distance",
                "performance_barrier",
                "model_soup",
                "checkpoint_sweep",
            ],
            analysis =>
                Assert.Contains(results["findings"]!.AsArray(), finding => (string?)finding!["analysis"] == analysis)
        );
    }

    [Fact]
    public void A_script_in_another_language_finds_every_claim_in_the_numbers()
    {
        var (code, said) = Reader.Claims(asked.Folder);
        Assert.True(code == 0, said);
        Assert.InRange(Regex.Count(said, "^  holds ", RegexOptions.Multiline), 8, int.MaxValue);
    }

    [Fact]
    public void Swapping_the_two_ways_of_training_in_a_finding_is_noticed()
    {
        var results = asked.Results();
        var noticed = results["findings"]!
            .AsArray()
            .OfType<JsonNode>()
            .Where(finding =>
                finding["evidence"]!.AsArray().Any(one => Regex.IsMatch((string)one!["name"]!, "P-T|RI-T"))
            )
            .Select(finding => (Finding: finding, Problems: FindingsCheck.Problems(results, Swapped(finding))))
            .ToList();
        Assert.All(["learning_curves", "parameter_distance", "model_soup"], analysis =>
            Assert.Contains(noticed, one => (string?)one.Finding["analysis"] == analysis && one.Problems.Count > 0)
        );
        Assert.True(
            noticed.Count(one => one.Problems.Count > 0) * 2 > noticed.Count,
            string.Join('\n', noticed.Where(one => one.Problems.Count == 0).Select(one => $"{one.Finding["sentence"]}"))
        );
    }

    [Fact]
    public void A_number_that_is_off_by_a_hundred_is_noticed_wherever_it_stands()
    {
        var results = asked.Results();
        foreach (var finding in results["findings"]!.AsArray().OfType<JsonNode>())
        {
            foreach (
                var number in Regex
                    .Matches((string)finding["sentence"]!, @"(?<![\w.])\d+\.\d+(?= points| %)")
                    .Where(match => double.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture) >= 1)
            )
            {
                var wrong = finding.DeepClone();
                var sentence = (string)finding["sentence"]!;
                wrong["sentence"] =
                    $"{sentence[..number.Index]}{double.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture) / 100:0.000}{sentence[(number.Index + number.Length)..]}";
                Assert.NotEmpty(FindingsCheck.Problems(results, wrong));
            }

            foreach (
                var (one, i) in finding["evidence"]!
                    .AsArray()
                    .Select((one, i) => (one!, i))
                    .Where(one => Math.Abs((double)one.Item1["value"]!) > 1e-6)
            )
            {
                var wrong = finding.DeepClone();
                wrong["evidence"]![i]!["value"] = 100 * (double)one["value"]!;
                Assert.NotEmpty(FindingsCheck.Problems(results, wrong));
            }
        }
    }

    [Fact]
    public void The_soup_of_the_study_is_the_file_that_lies_beside_it_and_what_the_command_makes()
    {
        var (study, results) = (asked.Study, asked.Results());
        string[] shared =
        [
            "--network",
            "cifar_resnet8",
            "--data",
            study["target", "test"],
            "--size",
            "16",
            "--threads",
            "1",
            "--batch-size",
            "256",
            "--json",
        ];
        var soup = results["analyses"]!["model_soup"]![0]!;
        var recalibrated = soup["soup"]!["recalibrated"]!;
        var file = Path.Combine(asked.Folder, "checkpoints", (string)soup["checkpoint"]!);
        var evaluated = JsonNode.Parse(study.Do(["evaluate", "--weights", file, .. shared]).Ended(0).Output)!;
        Assert.Equal((double)recalibrated["accuracy"]!["value"]!, (double)evaluated["accuracy"]!);
        Assert.Equal((double)recalibrated["loss"]!, (double)evaluated["loss"]!, 1e-6);
        string[] members =
        [
            .. ((string[])["P-T_s1", "P-T_s2"]).Select(run =>
                Path.Combine(asked.Folder, "checkpoints", $"ink-{run}.safetensors")
            ),
        ];
        string[] command =
        [
            "soup",
            "--weights",
            .. members,
            "--recalibrate-on",
            study["target", "train"],
            "--save",
            "made.safetensors",
            .. shared,
        ];
        var made = JsonNode.Parse(study.Do(command).Ended(0).Output)!;
        Assert.Equal((double)recalibrated["accuracy"]!["value"]!, (double)made["soup"]!["accuracy"]!);
        Assert.Equal((double)recalibrated["loss"]!, (double)made["soup"]!["loss"]!, 1e-6);
        Assert.Equal(
            ((double)made["members"]![0]!["accuracy"]! + (double)made["members"]![1]!["accuracy"]!) / 2,
            (double)made["mean"]!["value"]!,
            1e-12
        );
        Assert.Equal(
            (double)made["soup"]!["accuracy"]! - (double)made["mean"]!["value"]!,
            (double)made["gainOverMean"]!["value"]!,
            1e-12
        );
        Assert.Equal((double)results["runs"]![0]!["accuracy"]!, (double)made["members"]![0]!["accuracy"]!);
        Assert.Equal(18, (int)made["examples"]!);
        Assert.Equal(
            0.0,
            (double)
                JsonNode.Parse(
                    study
                        .Do(
                            "distance",
                            "--network",
                            "cifar_resnet8",
                            "--weights",
                            file,
                            study["made.safetensors"],
                            "--json"
                        )
                        .Ended(0)
                        .Output
                )!["total"]!
        );
        Assert.Contains("exists already", study.Do(command).Refused(), StringComparison.Ordinal);
        Assert.Contains(
            "at least 2",
            study.Do(["soup", "--weights", members[0], .. shared]).Refused(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "on these images",
            study.Do([.. command.Except(["--json"]), "--force"]).Ended(0).Output,
            StringComparison.Ordinal
        );
    }

    private static JsonNode Swapped(JsonNode finding) =>
        JsonNode.Parse(
            Swap(finding.ToJsonString(), "P-T", "RI-T")
        )!;

    private static string Swap(string text, string first, string second) =>
        text.Replace(first, "\u0001", StringComparison.Ordinal)
            .Replace(second, first, StringComparison.Ordinal)
            .Replace("\u0001", second, StringComparison.Ordinal);
}
