using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

[assembly: AssemblyFixture(typeof(TransferLens.Cli.Tests.PaperTree))]

namespace TransferLens.Cli.Tests;

/// <summary>
/// The data sets of the paper's studies, small, in the layout and with the file names that they have where they come from, and
/// with what lists may hold: blank lines, carriage returns, a path with spaces. Made once; nobody changes it.
/// </summary>
public sealed class PaperTree : IDisposable
{
    /// <summary>The domains that the studies transfer to.</summary>
    public static readonly string[] Domains = ["clipart", "quickdraw", "real"];

    // DomainNet's own numbers of three classes have gaps here, as the classes do.
    private static readonly int[] Labels = [14, 99, 300];
    private static readonly string[] Synsets = ["n01440764", "n02006656", "n03888257"];

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, CommandResult> plans = new(StringComparer.Ordinal);
    private readonly Lazy<bool> images;
    private readonly Lazy<string> weights;

    public PaperTree()
    {
        images = new(Images);
        weights = new(Weights);
    }

    /// <summary>The folder of the lists.</summary>
    internal string DomainNet => images.Value ? folder["domainnet"] : "";

    /// <summary>The folder of train and val.</summary>
    internal string ImageNet => images.Value ? folder["imagenet"] : "";

    /// <summary>The folder of train.csv and valid.csv.</summary>
    internal string CheXpert => images.Value ? folder["CheXpert-v1.0-small"] : "";

    /// <summary>Images of valid.csv.</summary>
    internal const int CheXpertValid = 9;

    /// <summary>What lays this tree over one of <c>studies/</c>, as values of <c>--set</c>; none for a study of other data.</summary>
    internal IEnumerable<string> Overrides(string study)
    {
        var domains = Domains.SelectMany(domain => Both($"targets.{domain}", DomainNet));
        return study switch
        {
            "paper-domainnet.yaml" => [.. domains, $"pretrained.weights={weights.Value}"],
            "paper-chexpert.yaml" =>
            [
                .. Both("targets.chexpert", CheXpert),
                "targets.chexpert.subsample=24",
                $"pretrained.weights={weights.Value}",
            ],
            "paper-checkpoints.yaml" => [.. domains, .. Both("pretrained.data", ImageNet)],
            "paper-imagenet-pretraining.yaml" => Both("targets.imagenet", ImageNet),
            _ => [],
        };
    }

    /// <summary>What <c>plan</c> says of one of <c>studies/</c>, where it needs it on this tree; asked once.</summary>
    internal CommandResult Plan(string study)
    {
        if (!plans.TryGetValue(study, out var known))
        {
            plans.Add(
                study,
                known = Command.Run(folder.Path, ["plan", Checkout.PathOf("studies", study), .. Set(Overrides(study))])
            );
        }

        return known;
    }

    /// <summary>The values as arguments.</summary>
    internal static IEnumerable<string> Set(params IEnumerable<string> overrides) =>
        overrides.SelectMany(one => (string[])["--set", one]);

    private static IEnumerable<string> Both(string key, string place) =>
        [$"{key}.train={place}", $"{key}.test={place}"];

    private bool Images()
    {
        var random = new Random(5);
        foreach (var domain in Domains)
        {
            List(domain, "train", 1, 8, random);
            List(domain, "test", 9, 4, random);
        }

        Radiographs("train", 60, random);
        Radiographs("valid", CheXpertValid, random);
        foreach (var (synset, i) in Synsets.Select((synset, i) => (synset, i)))
        {
            Directory.CreateDirectory(folder["imagenet", "train", synset]);
            Directory.CreateDirectory(folder["imagenet", "val", synset]);
            for (var image = 0; image < 8; image++)
            {
                TinyImages.Draw(
                    folder["imagenet", "train", synset, $"{synset}_{image}.JPEG"],
                    TinyImages.Classes[i],
                    random
                );
                TinyImages.Draw(
                    folder["imagenet", "val", synset, $"ILSVRC2012_val_{(8 * i) + image + 1:00000000}.JPEG"],
                    TinyImages.Classes[i],
                    random
                );
            }
        }

        return true;
    }

    private void List(string domain, string split, int first, int each, Random random)
    {
        var lines = new List<string>();
        foreach (var (name, i) in TinyImages.Classes.Select((name, i) => (name, i)))
        {
            Directory.CreateDirectory(folder["domainnet", domain, name]);
            for (var image = first; image < first + each; image++)
            {
                var path =
                    $"{domain}/{name}/{domain}_{Labels[i]:000}{(image == 2 ? " (copy) " : "_")}{image:000000}.jpg";
                TinyImages.Draw(folder["domainnet", path], name, random, inked: domain != "real");
                lines.Add($"{path} {Labels[i]}");
            }

            lines.Add("");
        }

        File.WriteAllText(
            folder["domainnet", $"{domain}_{split}.txt"],
            string.Join(domain == "quickdraw" ? "\r\n" : "\n", lines)
        );
    }

    // Official names of folders and columns. Every third line is the same patient's lateral view, whose findings are the same;
    // what an image shows is told by its shape, uncertain on some lines; the rest is blank, or 0 in valid.csv, which knows no -1.
    private void Radiographs(string split, int count, Random random)
    {
        var lines = new List<string>
        {
            "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices",
        };
        for (var i = 0; i < count; i++)
        {
            var (patient, lateral) = (i - (i % 3 == 2 ? 1 : 0), i % 3 == 2);
            var shape = TinyImages.Classes[patient / 3 % 3];
            var path = $"{split}/patient{patient + 1:00000}/study1/view{(lateral ? "2_lateral" : "1_frontal")}.jpg";
            Directory.CreateDirectory(Path.GetDirectoryName(folder["CheXpert-v1.0-small", path])!);
            TinyImages.Draw(folder["CheXpert-v1.0-small", path], shape, random);
            var (absent, uncertain) = split == "valid" ? ("0.0", "1.0") : ("", "-1.0");
            var (bar, disc, ring) = (
                shape == "bar" ? "1.0" : absent,
                shape == "disc" ? "1.0" : absent,
                shape == "ring" ? "1.0" : absent
            );
            var edema = shape == "bar" && patient % 2 == 0 ? uncertain : disc;
            lines.Add(
                $"CheXpert-v1.0-small/{path},Female,{20 + i},{(lateral ? "Lateral," : "Frontal,AP")},{absent},{absent},{disc},1.0,{absent},{edema},{bar},{absent},{ring},0.0,{(shape == "disc" ? absent : "1.0")},{absent},{absent},{absent}"
            );
        }

        File.WriteAllText(folder["CheXpert-v1.0-small", $"{split}.csv"], string.Join('\n', lines) + "\n");
    }

    // Random weights of ImageNet's 1,000 classes: what a plan looks at is their names and shapes.
    private string Weights()
    {
        var path = folder["fixup.safetensors"];
        using var network = Networks.Create("fixup_resnet50", 1000, seed: 1);
        using var state = StateDict.Of(network);
        Safetensors.Write(path, state);
        return path;
    }

    public void Dispose() => folder.Dispose();
}
