using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.ParameterDistance;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Tests.ParameterDistance;

public sealed class DistanceTaskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_are_compared_by_their_last_and_first_epochs_and_P_did_not_move()
    {
        using var network = Networks.Create("cifar_resnet8", 10, 0);
        Save("P", classes: 3, (0, 9), (4, 1));
        Save("tuned", classes: 10, (0, 1), (2, 2));
        Save("random", classes: 10, (0, 3), (5, 4));
        var settings = new DistanceTaskSettings(
            "cifar_resnet8",
            10,
            [new("run tuned", "run random", false), new("run tuned", "P", true)]
        );
        Directory.CreateDirectory(folder["out"]);
        new DistanceTask().Run(
            new()
            {
                Catalog = new([.. ImageFormats.All], [.. Networks.All], [], [], [], []),
                Settings = TaskSettings.Write(settings),
                Locations = [],
                Inputs = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["P"] = folder["P"],
                    ["run tuned"] = folder["tuned"],
                    ["run random"] = folder["random"],
                },
                Output = folder["out"],
                Work = folder["work"],
                Progress = new Progress<TaskProgress>(),
                CancellationToken = TestContext.Current.CancellationToken,
            }
        );
        var measured = JsonNode
            .Parse(File.ReadAllText(folder["out", "result.json"]))!["pairs"]
            .Deserialize<List<MeasuredPair>>(ResultJson.Options)!;

        // Seeds stand for weights: P and the start of the fine-tuned run are 1.
        var (runs, withP) = (measured[0].Displacement, measured[1].Displacement);
        Assert.Equal(Between(2, 4), runs.Body, 1e-9);
        Assert.Equal(Between(1, 3), runs.Began, 1e-9);
        Assert.Equal(Between(1, 2), runs.FirstMoved, 1e-9);
        Assert.Equal(Between(3, 4), runs.SecondMoved, 1e-9);
        Assert.InRange(runs.Cosine!.Value, -0.5, 0.5);
        Assert.False(measured[0].Distance.HeadLeftOut);
        Assert.True(measured[0].Distance.Total > runs.Body);
        Assert.Equal((0.0, 0.0, null), (withP.Began, withP.SecondMoved, withP.Cosine));
        Assert.Equal((withP.Body, withP.Body), (withP.FirstMoved, measured[1].Distance.Total));

        double Between(int first, int second)
        {
            using var one = Weights(first, 10);
            using var another = Weights(second, 10);
            return DistanceMeasurement.Measure(network, one, another, otherHeads: true).Total;
        }
    }

    private static StateDict Weights(int seed, int classes)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed);
        return StateDict.Of(network);
    }

    // Writes checkpoints of epochs as a training run leaves them.
    private void Save(string name, int classes, params (int Epoch, int Seed)[] checkpoints)
    {
        Directory.CreateDirectory(folder[name, "checkpoints"]);
        File.WriteAllText(folder[name, "result.json"], new JsonObject { ["last"] = checkpoints[^1].Epoch }.ToString());
        foreach (var (epoch, seed) in checkpoints)
        {
            using var weights = Weights(seed, classes);
            Safetensors.Write(CheckpointFiles.PathOf(folder[name], epoch), weights);
        }
    }
}
