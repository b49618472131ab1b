using System.Text.Json.Nodes;

namespace TransferLens.Cli.Tests.Files;

public sealed class EventsTests(EveryAnalysis every)
{
    private static readonly (string Tag, string Key)[] Scalars =
    [
        ("train/loss", "trainLoss"),
        ("train/accuracy", "trainAccuracy"),
        ("test/loss", "testLoss"),
        ("test/accuracy", "testAccuracy"),
        ("learning_rate", "learningRate"),
    ];

    [Fact]
    public void A_reader_of_its_own_finds_the_curves_of_the_results_in_the_event_files()
    {
        var files = Reader.Events(Path.Combine(every.Study.Out, "tensorboard")).AsObject();
        var results = JsonNode.Parse(every.Study.Results())!;
        foreach (var run in results["runs"]!.AsArray())
        {
            var file = files
                .Single(file =>
                    file.Key.StartsWith($"ink/{((string)run!["label"]!).Replace(' ', '_')}/", StringComparison.Ordinal)
                )
                .Value!;
            Assert.Equal("brain.Event:2", (string)file["version"]!);
            Assert.Equal(
                run!["epochs"]!.AsArray().Select(epoch => ((int)epoch!["epoch"]!, Values(epoch))),
                file["events"]!
                    .AsArray()
                    .Select(one =>
                        (
                            (int)one![1]!,
                            string.Join(
                                ", ",
                                one[2]!.AsObject().Select(scalar => $"{scalar.Key} {(float)scalar.Value!}")
                            )
                        )
                    )
            );
        }

        static string Values(JsonNode epoch) =>
            string.Join(
                ", ",
                Scalars
                    .Where(scalar => epoch[scalar.Key] is not null)
                    .Select(scalar => $"{scalar.Tag} {(float)(double)epoch[scalar.Key]!}")
            );
    }

    [Fact]
    public void Every_training_of_the_plan_has_its_file_and_all_its_events_the_time_that_it_began()
    {
        var files = Reader.Events(Path.Combine(every.Study.Out, "tensorboard")).AsObject();
        var plan = JsonNode.Parse(File.ReadAllText(Path.Combine(every.Study.Out, "plan.json")))!["plan"]!;
        // Every task that left a learning curve, whatever its kind.
        var artifacts = plan["tasks"]!
            .AsArray()
            .Select(task => Path.Combine(every.Study.Store, "artifacts", (string)task!["key"]!))
            .Where(HasCurve)
            .ToList();
        var frozen = plan["tasks"]!.AsArray().Where(task => (string)task!["kind"]! == "train_frozen").ToList();
        Assert.NotEmpty(frozen);
        Assert.All(frozen, task =>
            Assert.Contains(artifacts, artifact => Path.GetFileName(artifact) == (string)task!["key"]!)
        );
        var began = artifacts
            .Select(artifact =>
                JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "artifact.json")))!["provenance"]!
            )
            .Select(made =>
                DateTimeOffset
                    .Parse((string)made["started"]!, System.Globalization.CultureInfo.InvariantCulture)
                    .ToUnixTimeMilliseconds() / 1000.0
            )
            .ToList();
        Assert.Equal(began.Order(), files.Select(file => (double)file.Value!["events"]![0]![0]!).Order());
        Assert.All(files, file =>
            Assert.Single(file.Value!["events"]!.AsArray().Select(one => (double)one![0]!).Distinct())
        );
        Assert.All(files, file =>
            Assert.Matches(@"^[^/]+/[^/]+/events\.out\.tfevents\.\d{10}\.transferlens$", file.Key)
        );
        Assert.Contains(files, file => file.Key.StartsWith("source/P/", StringComparison.Ordinal));
        Assert.Contains(files, file => file.Key.StartsWith("ink/P-T_s1_from_epoch_0_of_P/", StringComparison.Ordinal));
        Assert.Equal(
            frozen.Count,
            files.Count(file => file.Key.Contains("resettable_modules_frozen", StringComparison.Ordinal))
        );

        static bool HasCurve(string artifact) =>
            JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json"))) is JsonObject result
            && result["epochs"] is JsonArray;
    }
}
