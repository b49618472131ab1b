using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>The command on a file with two state dicts whose keys do not tell which is meant.</summary>
public sealed class StateDictsTests : IDisposable
{
    private const string Network = "cifar_resnet8";

    private readonly TemporaryFolder folder = new();

    public StateDictsTests()
    {
        using var first = Networks.Create(Network, 3, seed: 1);
        using var second = Networks.Create(Network, 3, seed: 2);
        using var one = StateDict.Of(first);
        using var other = StateDict.Of(second);
        Safetensors.Write(folder["one.safetensors"], one);
        using var both = Together(("net_a.", one), ("net_b.", other));
        Safetensors.Write(folder["tie.safetensors"], both);
        TinyImages.Write(folder["images"], 3, seed: 5);
    }

    [Fact]
    public void Inspect_shows_what_each_contains()
    {
        var said = Command.Run(folder.Path, "inspect", "tie.safetensors").Ended(0).Output.Split('\n');
        Assert.StartsWith("net_a  ", said[0], StringComparison.Ordinal);
        Assert.EndsWith("fits cifar_resnet8 with 3 classes", said[1], StringComparison.Ordinal);
        Assert.Equal(
            "2 state dicts fit, and their keys do not tell which is meant. Choose one with --weights-key, for example "
                + "--weights-key net_a.",
            said[2]
        );

        var found = JsonNode.Parse(Command.Run(folder.Path, "inspect", "tie.safetensors", "--json").Ended(0).Output)![
            "stateDicts"
        ]!.AsArray();
        using var weights = Safetensors.Read(folder["one.safetensors"]);
        var numbers = weights.Values.Sum(tensor => tensor.numel());
        Assert.Equal(
            [("net_a", Network, 3, weights.Count, numbers), ("net_b", Network, 3, weights.Count, numbers)],
            found.Select(each =>
                (
                    (string)each!["key"]!,
                    (string)each["network"]!,
                    (int)each["classes"]!,
                    (int)each["tensors"]!,
                    (long)each["numbers"]!
                )
            )
        );
    }

    [Fact]
    public void A_command_that_needs_one_names_the_option_and_what_it_suggests_works()
    {
        Assert.EndsWith(
            "which is meant: 'net_a', 'net_b'. Give the key of one of these. The option is --weights-key, for example "
                + "--weights-key net_a.",
            Evaluate("tie.safetensors").Refused(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            Evaluate("one.safetensors").Ended(0).Output,
            Evaluate("tie.safetensors", "--weights-key", "net_a").Ended(0).Output
        );
    }

    [Fact]
    public void A_study_is_told_what_to_write()
    {
        WriteStudy("tie.safetensors");
        Assert.EndsWith(
            "In the study, write weights: {file: tie.safetensors, key: net_a}.",
            Command.Run(folder.Path, "plan", "study.yaml").Refused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_study_says_what_was_taken_and_what_else_is_there()
    {
        using (var one = Safetensors.Read(folder["one.safetensors"]))
        using (var both = Together(("student.", one), ("teacher.", one)))
        {
            Safetensors.Write(folder["two.safetensors"], both);
        }

        const string Note =
            "two.safetensors: tensors at the top taken (also there: student); prefix 'teacher.' removed.";
        WriteStudy("two.safetensors");
        Assert.Contains(Note, Command.Run(folder.Path, "plan", "study.yaml").Ended(0).Error, StringComparison.Ordinal);
        Assert.Contains(Note, Command.Run(folder.Path, "run", "study.yaml").Ended(0).Error, StringComparison.Ordinal);
        var results = JsonNode.Parse(File.ReadAllText(folder["runs", "tie", "results.json"]))!;
        Assert.Equal(
            """["student"]""",
            results["pretrained"]!["weights"]!["alsoThere"]!.ToJsonString()
        );
    }

    public void Dispose() => folder.Dispose();

    private void WriteStudy(string weights) =>
        File.WriteAllText(
            folder["study.yaml"],
            $$"""
            study: tie
            network: cifar_resnet8
            images: {size: 16}
            pretrained: {weights: {{weights}}}
            targets:
              ink: {format: image_folder, train: images, test: images}
            training: {epochs: 1, batch_size: 3}
            runs:
              P-T: {init: pretrained, learning_rate: 0.02, seeds: [1]}
            """
        );

    private CommandResult Evaluate(string weights, params string[] more) =>
        Command.Run(
            folder.Path,
            ["evaluate", "--network", Network, "--weights", weights, "--data", "images", "--size", "16", .. more]
        );

    private static StateDict Together(params (string Prefix, StateDict Weights)[] parts) =>
        new(
            parts.SelectMany(part =>
                part.Weights.Select(entry => KeyValuePair.Create(part.Prefix + entry.Key, entry.Value.alias()))
            )
        );
}
