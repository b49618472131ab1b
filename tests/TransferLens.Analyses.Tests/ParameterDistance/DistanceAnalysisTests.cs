using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ParameterDistance;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.ParameterDistance;

public sealed class DistanceAnalysisTests : IDisposable
{
    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2, 3]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private readonly MadeUpStudy study = new(new DistanceAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void A_pair_with_a_diverged_training_is_marked_and_counts_in_no_finding_and_no_bar()
    {
        var section = study.Conclude(study.Plan("", runs: Runs), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5, diverged: task.Title.EndsWith("P-T s3", StringComparison.Ordinal))
                : Measured(task)
        );
        Assert.Equal(2, section.Findings.Length);
        Assert.Equal(
            "P-T runs end 1.5 apart and began 8.0 apart; RI-T runs end 9.5 apart and began 8.0 apart (drawn).",
            section.Findings[0].Sentence
        );
        Assert.Equal(1.5, section.Findings[0].Evidence[0].Value);
        Assert.All(section.Result.AsArray().Where(entry => entry!["first"] is not null), pair =>
            Assert.Equal(
                new[] { (string?)pair!["first"], (string?)pair["second"] }.Contains("P-T s3"),
                (bool)pair["diverged"]!
            )
        );
        var table = section.Tables.Single();
        Assert.Equal(5, table.Rows.Count(row => (bool)row[table.Columns.IndexOf("diverged")]!));
        Assert.All(
            section.Figures.OfType<BarChart>().Single().Panels.Single().Series.Where(bars => bars.Label == "P-T & P-T"),
            bars => Assert.Equal(2, bars.Values[0])
        );
    }

    [Fact]
    public void Nothing_is_said_where_only_diverged_trainings_are_left()
    {
        var section = study.Conclude(study.Plan("", runs: Runs), task =>
            task.Kind == StudyTasks.TrainKind ? MadeUpStudy.Trained(0.5, diverged: true) : Measured(task)
        );
        Assert.Empty(section.Findings);
        Assert.Empty(section.Figures);
        Assert.Equal(15, section.Tables.Single().Rows.Length);
    }

    [Fact]
    public void A_pair_comes_with_how_far_apart_it_began_and_how_it_moved_in_total_and_by_module()
    {
        var section = study.Conclude(study.Plan("", runs: Runs), task =>
            task.Kind == StudyTasks.TrainKind ? MadeUpStudy.Trained(0.5) : Measured(task)
        );
        var pair = section.Result.AsArray().First(one => (string?)one!["first"] == "RI-T s1")!;
        Assert.Equal(
            [("body", 9.5), ("began", 8), ("firstMoved", 3), ("secondMoved", 4), ("cosine", -0.25)],
            Numbers(pair, "body", "began", "firstMoved", "secondMoved", "cosine")
        );
        Assert.Equal(
            [("distance", 10), ("began", 7), ("firstMoved", 2), ("secondMoved", 1), ("cosine", 0.5)],
            Numbers(pair["modules"]![0]!, "distance", "began", "firstMoved", "secondMoved", "cosine")
        );
        Assert.Equal(
            [("distance", 3), ("began", null), ("firstMoved", null), ("secondMoved", null), ("cosine", null)],
            Numbers(pair["modules"]![1]!, "distance", "began", "firstMoved", "secondMoved", "cosine")
        );
        var table = section.Tables.Single();
        var row = table.Rows.First(row => (string)row[1]! == "RI-T s1");
        Assert.Equal(
            [9.5, 8.0, 3.0, 4.0, -0.25],
            ((string[])["distance without heads", "began", "first moved", "second moved", "cosine"]).Select(column =>
                (double)row[table.Columns.IndexOf(column)]!
            )
        );
    }

    private static IEnumerable<(string Key, double? Value)> Numbers(JsonNode entry, params string[] keys) =>
        keys.Select(key => (key, (double?)entry[key]));

    // A diverged training lies a thousand from all others.
    private static JsonObject Measured(TaskSpec task) =>
        new()
        {
            ["pairs"] = JsonSerializer.SerializeToNode(
                TaskSettings
                    .Read<DistanceTaskSettings>(task.Settings)
                    .Pairs.Select(pair =>
                        Apart(
                            pair is { First: "run P-T s3" } or { Second: "run P-T s3" } ? 1000
                            : pair.First.Contains("RI-T", StringComparison.Ordinal) ? 10
                            : 2
                        )
                    ),
                ResultJson.Options
            ),
        };

    private static MeasuredPair Apart(double distance) =>
        new(
            new(distance, 5, 5, false, [new("conv1", distance, 5, 5), new("linear", 3, 1, 1)]),
            new(distance - 0.5, 8, 3, 4, -0.25, [new("conv1", distance, 7, 2, 1, 0.5)])
        );
}
