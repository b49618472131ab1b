using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tests.Weights.Hub;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>Studies whose weights are named <c>hf:OWNER/NAME</c>, from a hub on loopback.</summary>
public sealed partial class HubStudyTests : IDisposable
{
    private const string Nowhere = "http://127.0.0.1:9";
    private const string Named = $"hf:owner/name@{FakeHub.Commit}";

    private readonly TinyStudy study = new();

    public void Dispose() => study.Dispose();

    [Fact]
    public void The_weights_are_fetched_by_plan_and_read_from_the_cache_by_the_run()
    {
        Write("hf:owner/name");
        string plan;
        using (var hub = Hub())
        {
            plan = Do(hub.Address, "plan", "study.yaml").Ended(0).Output;
            Assert.Contains($"read P from {Named}", plan, StringComparison.Ordinal);
            // The content names the task, so a copy of the file gives the same one.
            var copy = Do(Nowhere, "plan", "study.yaml", "--set", "pretrained.weights=copy.safetensors")
                .Ended(0)
                .Output;
            Assert.Contains("read P from copy.safetensors", copy, StringComparison.Ordinal);
            Assert.Equal(Keys(plan), Keys(copy));
        }

        // Nobody answers any more; neither the command nor its workers need an answer.
        var run = Do(Nowhere, [.. TinyStudy.RunArguments()]).Ended(0);
        Assert.Contains(
            "127.0.0.1 cannot be reached, so hf:owner/name is as it was last fetched (01234567).",
            run.Error,
            StringComparison.Ordinal
        );
        var results = JsonNode.Parse(study.Results())!;
        Assert.Equal(Named, (string?)results["pretrained"]!["origin"]);
        Assert.Equal(16, (int)results["images"]!["size"]!);
        Assert.Equal("0.5,0.5,0.5/0.25,0.25,0.25", (string?)results["images"]!["normalize"]);
        Assert.Contains(
            $"pretrained weights (P) from {Named}",
            File.ReadAllText(Path.Combine(study.Out, "report.html")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Several_commits_are_checkpoints_of_one_pretraining_and_a_key_chooses_among_state_dicts()
    {
        Write($"[hf:owner/name, {Named}]");
        using var hub = Hub();
        var plan = Do(hub.Address, "plan", "study.yaml").Ended(0).Output;
        Assert.Contains($"read P from {Named} and 1 earlier checkpoints", plan, StringComparison.Ordinal);
        Write($"{{file: {Named}, key: teacher}}");
        // A commit in the cache needs no hub.
        Assert.Contains("'teacher'", Wrong(Nowhere), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("images: {size: 16}")]
    public void What_is_neither_cached_nor_reachable_is_one_sentence(string images)
    {
        Write("hf:owner/name", images);
        Assert.Matches(
            @"^transferlens: \S*study\.yaml, line 4: pretrained\.weights cannot be used: hf:owner/name is not in the cache "
                + @"'\S+', and 127\.0\.0\.1 cannot be reached; connect, or set HF_ENDPOINT to a mirror\.\n$",
            Wrong(Nowhere)
        );
        Write("hf:nothing", images);
        Assert.Contains(
            "pretrained.weights cannot be used: 'hf:nothing' names no model of the hub; write hf:OWNER/NAME",
            Wrong(Nowhere),
            StringComparison.Ordinal
        );
    }

    private FakeHub Hub()
    {
        using (var network = Networks.Create("cifar_resnet8", 3, seed: 1))
        using (var weights = StateDict.Of(network))
        {
            Safetensors.Write(study["copy.safetensors"], weights);
        }

        var config = """
            {"pretrained_cfg": {"input_size": [3, 16, 16], "interpolation": "bilinear", "crop_pct": 1.0,
             "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}
            """;
        File.WriteAllText(study["config.json"], config);
        var hub = new FakeHub();
        hub.Add("config.json", config);
        hub.Add("model.safetensors", File.ReadAllBytes(study["copy.safetensors"]));
        return hub;
    }

    private void Write(string weights, string images = "") =>
        study.Write(
            "study.yaml",
            $$"""
            study: tiny
            network: cifar_resnet8
            {{(images.Length > 0 ? images : "preprocessing: from_weights")}}
            pretrained: {weights: {{weights}}}
            targets:
              ink: {format: image_folder, train: target/train, test: target/test}
            training: {epochs: 1, batch_size: 6}
            runs:
              P-T: {init: pretrained, learning_rate: 0.02}
            """
        );

    private CommandResult Do(string endpoint, params string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["HF_HOME"] = study["hf"],
            ["HF_ENDPOINT"] = endpoint,
            ["HF_HUB_OFFLINE"] = "",
        };
        using var command = Command.StartWith(study.Path, environment, [], arguments);
        return command.End();
    }

    private string Wrong(string endpoint) => Do(endpoint, "plan", "study.yaml").Ended(2).Error;

    private static List<string> Keys(string plan) => [.. Key().Matches(plan).Select(key => key.Value)];

    [GeneratedRegex(@"\b[0-9a-f]{12}\b(?=  )")]
    private static partial Regex Key();
}
