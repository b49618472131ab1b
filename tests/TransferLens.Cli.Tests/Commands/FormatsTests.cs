using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>The data sets of the paper as <c>--data FORMAT:PATH</c>, held to the same images read in another way.</summary>
public sealed class FormatsTests(PaperTree tree) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void DomainNet_gives_what_a_list_of_the_same_images_gives_and_imagenet_what_the_class_folders_of_val_give()
    {
        Weights(3);
        var lines = File.ReadAllLines(Path.Combine(tree.DomainNet, "real_test.txt"))
            .Where(line => line.Length > 0)
            .Select(line => line.Split(' '))
            .ToList();
        File.WriteAllLines(
            folder["real.csv"],
            lines.Select(line => $"{string.Join(' ', line[..^1])},{line[^1]}").Prepend("path,label")
        );
        foreach (var list in Directory.GetFiles(tree.DomainNet, "real_*.txt"))
        {
            File.Copy(list, folder[Path.GetFileName(list)]);
        }

        Directory.CreateSymbolicLink(folder["real"], Path.Combine(tree.DomainNet, "real"));
        var (expected, found) = (Evaluate("csv:real.csv"), Evaluate("domainnet:real_test.txt"));
        Assert.Equal(lines.Count, (int)found["examples"]!);
        // The list has numbers where the folders have names.
        foreach (var name in expected["perClass"]!.AsArray().Concat(found["perClass"]!.AsArray()))
        {
            Assert.True(name!.AsObject().Remove("name"));
        }

        Assert.Equal(expected.ToJsonString(), found.ToJsonString());
        Assert.Equal(
            Evaluate(Path.Combine(tree.ImageNet, "val")).ToJsonString(),
            Evaluate($"imagenet:{tree.ImageNet}").ToJsonString()
        );
    }

    [Fact]
    public void CheXpert_is_measured_by_the_mean_AUC_over_its_five_findings_on_valid_csv()
    {
        Weights(5);
        var found = Evaluate($"chexpert:{tree.CheXpert}", "--normalize", "chexpert");
        Assert.Equal(PaperTree.CheXpertValid, (int)found["examples"]!);
        Assert.Equal(
            ["Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion"],
            found["labels"]!.AsArray().Select(label => (string)label!["name"]!)
        );
        Assert.Equal(found["labels"]!.AsArray().Average(label => (double)label!["auc"]!), (double)found["auc"]!, 9);
        // One of three is a lateral view.
        Assert.Equal(
            PaperTree.CheXpertValid * 2 / 3,
            (int)Evaluate($"chexpert:{tree.CheXpert}", "--data-option", "view=frontal")["examples"]!
        );
    }

    private JsonNode Evaluate(string data, params string[] more) =>
        JsonNode.Parse(
            Command
                .Run(
                    folder.Path,
                    [
                        "evaluate",
                        "--network",
                        "cifar_resnet8",
                        "--weights",
                        "weights.safetensors",
                        "--data",
                        data,
                        "--size",
                        "16",
                        "--json",
                        .. more,
                    ]
                )
                .Ended(0)
                .Output
        )!;

    private void Weights(int classes)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed: 1);
        using var state = StateDict.Of(network);
        Safetensors.Write(folder["weights.safetensors"], state);
    }
}
