using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Weights named <c>hf:OWNER/NAME</c>, from a cache as the hub's Python client leaves it.</summary>
public class HubWeightsTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void A_model_in_the_cache_is_read_without_a_connection()
    {
        using var folder = new TemporaryFolder();
        var model = folder["hub", "models--owner--tiny"];
        foreach (var part in (string[])["refs", "blobs", $"snapshots/{Commit}"])
        {
            Directory.CreateDirectory(Path.Combine(model, part));
        }

        using (var network = Networks.Create("cifar_resnet8", 3, seed: 1))
        using (var weights = StateDict.Of(network))
        {
            Safetensors.Write(Path.Combine(model, "blobs", "content"), weights);
        }

        File.WriteAllText(Path.Combine(model, "refs", "main"), Commit);
        File.CreateSymbolicLink(
            Path.Combine(model, "snapshots", Commit, "model.safetensors"),
            "../../blobs/content"
        );
        var environment = new Dictionary<string, string> { ["HF_HOME"] = folder.Path, ["HF_HUB_OFFLINE"] = "1" };
        using var inspect = Command.StartWith(folder.Path, environment, [], ["inspect", "hf:owner/tiny", "--json"]);
        var result = inspect.End().Ended(0);
        var found = JsonNode.Parse(result.Output)!;
        Assert.Equal(("cifar_resnet8", 3), ((string?)found["network"], (int)found["classes"]!));
        Assert.Contains("HF_HUB_OFFLINE is set", result.Error, StringComparison.Ordinal);

        using var other = Command.StartWith(folder.Path, environment, [], ["inspect", "hf:owner/other"]);
        Assert.Contains(
            "hf:owner/other is not in the cache, and HF_HUB_OFFLINE is set",
            other.End().Ended(2).Error,
            StringComparison.Ordinal
        );
        using var wrong = Command.StartWith(folder.Path, environment, [], ["inspect", "hf:nothing"]);
        Assert.Contains("write hf:OWNER/NAME", wrong.End().Ended(2).Error, StringComparison.Ordinal);
    }
}
