using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>The studies of the paper: what they say without their data, what they plan with it, and that they run to their end when they are shrunk.</summary>
public sealed partial class PaperStudiesTests(PaperTree tree) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(
        "paper-domainnet.yaml",
        "targets.clipart.train",
        "DOMAIN.zip from http://ai.bu.edu/M3SDA/ there to DOMAIN/CLASS/NAME.jpg, and put next to the folder DOMAIN its lists DOMAIN_train.txt and DOMAIN_test.txt"
    )]
    [InlineData(
        "paper-chexpert.yaml",
        "targets.chexpert.train",
        "CheXpert-v1.0-small.zip from https://stanfordmlgroup.github.io/competitions/chexpert/ there, so that the folder contains train.csv, valid.csv and the folders train and valid"
    )]
    [InlineData("paper-checkpoints.yaml", "targets.clipart.train", "DOMAIN_train.txt and DOMAIN_test.txt")]
    [InlineData(
        "paper-imagenet-pretraining.yaml",
        "targets.imagenet.train",
        "ILSVRC2012_img_train.tar there to train/n01440764/NAME.JPEG and ILSVRC2012_img_val.tar to val/n01440764/NAME.JPEG"
    )]
    public void Without_its_data_a_study_says_what_to_put_where(string study, string key, string what)
    {
        Directory.CreateDirectory(folder["studies"]);
        File.Copy(Checkout.PathOf("studies", study), folder["studies", study]);
        var said = Command.Run(folder.Path, "plan", folder["studies", study]).Refused();
        Assert.Matches(@$"{study}, line \d+: {Regex.Escape(key)} names '{Regex.Escape(folder["data"])}", said);
        Assert.Contains(what, said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_transfers_to_DomainNet_are_planned_in_full_and_each_training_once()
    {
        var plan = Plan("paper-domainnet.yaml");
        var trainings = Titles(plan).Where(title => title.StartsWith("train ", StringComparison.Ordinal)).ToList();
        // 3 domains x 2 starts x 2 learning rates x (12 shuffles x 3 permutations + 2 unshuffled), and two augmented
        // trainings of each.
        Assert.Equal((3 * 2 * 2 * ((12 * 3) + 2)) + (3 * 2 * 2 * 2), trainings.Count);
        Assert.Equal(trainings.Count, trainings.Distinct().Count());
        var places =
            from domain in PaperTree.Domains
            from run in (string[])["P-T", "RI-T"]
            from rate in (string[])["0.0025", "0.0125"]
            select $"train {domain} {run} lr {rate} s";
        Assert.All(places, place =>
        {
            var here = trainings
                .Where(title => title.StartsWith(place, StringComparison.Ordinal))
                .Select(title => title[place.Length..])
                .ToList();
            Assert.Equal(
                ["1", "1, whole images", "2", "2, whole images"],
                here.Where(title => !title.Contains("shuffled with seed", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)
            );
            Assert.Equal(
                from block in (string[])
                    [
                        "all values",
                        .. new[] { 1, 2, 4, 7, 8, 14, 16, 28, 32, 56, 112 }.Select(side => $"blocks of {side}"),
                    ]
                // The permutations take the two seeds in turn.
                from seed in Enumerable.Range(1234, 3)
                select $"{(seed == 1235 ? 2 : 1)}, {block} shuffled with seed {seed}",
                here.Where(title => title.Contains("shuffled with seed", StringComparison.Ordinal))
            );
        });
        Assert.Matches(@"(?m)^ *6 images, ", plan);
        Assert.Matches(@"(?m)^ *1 import_weights, ", plan);
    }

    [Fact]
    public void The_transfers_to_CheXpert_are_planned_with_the_epochs_of_each_start()
    {
        var plan = Plan("paper-chexpert.yaml");
        Assert.Equal(
            from start in (string[])["P-T", "RI-T"]
            from rate in (string[])["0.02", "0.1"]
            from seed in (string[])["1", "2"]
            select $"train chexpert {start} lr {rate} s{seed}",
            Titles(plan).Where(title => title.StartsWith("train ", StringComparison.Ordinal))
        );
        // 4 x 200 and 4 x 400 epochs on 24 lines, 17 of them with Cardiomegaly or Consolidation and so twice there (a training
        // step counts three for each), tested on the 24 lines behind them, at the beginning too.
        Assert.Equal(352_992, (4 * (200 + 400) * ((3 * (24 + 17)) + 24)) + (8 * 24));
        Assert.Matches(@"(?m)^ *8 train, 352,992 images", plan);
        Assert.Matches(@"(?m)^ *2 images, ", plan);
    }

    [Fact]
    public void A_radiograph_that_is_not_there_is_told_with_its_list_and_line()
    {
        Directory.CreateDirectory(folder["CheXpert-v1.0-small"]);
        File.Copy(Path.Combine(tree.CheXpert, "train.csv"), folder["CheXpert-v1.0-small", "train.csv"]);
        var said = Command
            .Run(
                folder.Path,
                [
                    "plan",
                    Checkout.PathOf("studies", "paper-chexpert.yaml"),
                    .. PaperTree.Set(tree.Overrides("paper-chexpert.yaml")),
                    "--set",
                    $"targets.chexpert.train={folder["CheXpert-v1.0-small"]}",
                ]
            )
            .Refused();
        Assert.Matches(
            @$"24 of the 24 images used from '{Regex.Escape(folder["CheXpert-v1.0-small", "train.csv"])}' do not exist, the first being '.*view[12]_(frontal|lateral)\.jpg' of line \d+; unpack the archive next to the list",
            said
        );
    }

    [Fact]
    public void The_pretraining_is_one_training_in_all_studies_and_every_checkpoint_is_fine_tuned_on_every_domain()
    {
        var plan = Plan("paper-checkpoints.yaml");
        var pretraining = Assert
            .Single(Tasks().Matches(plan), match => match.Groups[1].Value == "train P on the source")
            .Groups[2]
            .Value;
        Assert.Contains(Tasks().Matches(Plan("paper-imagenet-pretraining.yaml")), match =>
            match.Groups[1].Value == "train imagenet P s0" && match.Groups[2].Value == pretraining
        );
        Assert.All(PaperTree.Domains, domain =>
            Assert.Equal(
                ["", .. new[] { 0, 1, 2, 5, 10, 29, 30, 31, 59, 60, 61 }.Select(epoch => $" from epoch {epoch} of P")],
                Titles(plan)
                    .Where(title => title.StartsWith($"train {domain} P-T s1", StringComparison.Ordinal))
                    .Select(title => title[$"train {domain} P-T s1".Length..])
            )
        );
    }

    [Fact]
    public void Shrunk_to_small_images_a_small_network_and_one_epoch_they_run_one_after_another_with_every_analysis()
    {
        string[] small = ["network=cifar_resnet8", "images={size: 16}", "training.epochs=1", "training.batch_size=8"];
        string[] imageNet =
        [
            .. tree.Overrides("paper-checkpoints.yaml")
                .Where(one => one.StartsWith("pretrained.", StringComparison.Ordinal)),
        ];
        Run(
            "paper-imagenet-pretraining.yaml",
            ["learning_curves", "module_criticality", "weight_spectrum"],
            [.. small, .. tree.Overrides("paper-imagenet-pretraining.yaml")]
        );
        // P is what the pretraining left, as the study of it says; one domain, learning rate and seed keep the test short.
        Run(
            "paper-domainnet.yaml",
            [
                "learning_curves",
                "feature_reuse",
                "mistakes",
                "feature_similarity",
                "parameter_distance",
                "performance_barrier",
                "module_criticality",
                "weight_spectrum",
            ],
            [
                .. small,
                $"targets={{quickdraw: {{format: domainnet, train: {tree.DomainNet}, test: {tree.DomainNet}, domain: quickdraw, subsample: 20}}}}",
                $"pretrained.weights={folder["paper-imagenet-pretraining", "checkpoints", "imagenet-P_s0.safetensors"]}",
                "runs.P-T={init: pretrained, learning_rate: 0.0025}",
                "runs.RI-T={init: random, learning_rate: 0.0125}",
                "training.augment=none",
                "analyses.feature_reuse.block_sizes=channels",
                "analyses.feature_reuse.seeds=1234",
                "analyses.performance_barrier.points=3",
                "analyses.module_criticality={paths: optimization, sigmas: 0.1, examples: 8, check_frozen: false}",
            ]
        );
        Run(
            "paper-checkpoints.yaml",
            ["learning_curves", "checkpoint_sweep"],
            [
                .. small,
                .. imageNet,
                $"targets={{real: {{format: domainnet, train: {tree.DomainNet}, test: {tree.DomainNet}, domain: real}}}}",
                "pretrained.training.epochs=1",
                "pretrained.training.batch_size=8",
                "analyses.checkpoint_sweep={checkpoints: [0, last], points: 3}",
            ]
        );
        // The pretraining of the first study, not one of its own.
        Assert.Contains(
            "train P on the source",
            File.ReadAllText(folder["paper-checkpoints", "plan.json"]),
            StringComparison.Ordinal
        );
        Assert.Equal(
            1 + (2 + 2) + 2,
            Directory
                .GetFiles(folder["store", "artifacts"], "artifact.json", SearchOption.AllDirectories)
                .Count(file => (string?)JsonNode.Parse(File.ReadAllText(file))!["task"]!["kind"] == "train")
        );
    }

    [Fact]
    public void Shrunk_the_transfers_to_CheXpert_run_with_every_analysis_by_their_mean_AUC()
    {
        using (var network = Networks.Create("cifar_resnet8", 3, seed: 1))
        using (var weights = StateDict.Of(network))
        {
            Safetensors.Write(folder["P.safetensors"], weights);
        }

        Run(
            "paper-chexpert.yaml",
            [
                "learning_curves",
                "mistakes",
                "feature_similarity",
                "parameter_distance",
                "performance_barrier",
                "module_criticality",
                "weight_spectrum",
            ],
            [
                "network=cifar_resnet8",
                "images={size: 16, normalize: chexpert}",
                "training.batch_size=8",
                .. tree.Overrides("paper-chexpert.yaml")
                    .Where(one => one.StartsWith("targets.", StringComparison.Ordinal)),
                $"pretrained.weights={folder["P.safetensors"]}",
                "runs.P-T={init: pretrained, learning_rate: 0.02, epochs: 1}",
                "runs.RI-T={init: random, learning_rate: 0.1, epochs: 2}",
                "analyses.performance_barrier={points: 3, recalibration_images: 16}",
                "analyses.module_criticality={paths: optimization, sigmas: 0.1, examples: 8, check_frozen: false}",
            ]
        );
        var runs = JsonNode.Parse(File.ReadAllText(folder["paper-chexpert", "results.json"]))!["runs"]!.AsArray();
        Assert.Equal(
            [("P-T s1", 2), ("RI-T s1", 3)],
            runs.Select(run => ((string)run!["label"]!, run["epochs"]!.AsArray().Count))
        ); // the epoch before any step among them
        Assert.All(runs, run => Assert.InRange((double)run!["auc"]!, 0, 1));
    }

    private string Plan(string study) => tree.Plan(study).Ended(0).Output;

    private void Run(string study, string[] analyses, string[] overrides)
    {
        var to = folder[Path.GetFileNameWithoutExtension(study)];
        Command
            .Run(folder.Path, ["run", Checkout.PathOf("studies", study), "--out", to, .. PaperTree.Set(overrides)])
            .Ended(0);
        var results = JsonNode.Parse(File.ReadAllText(Path.Combine(to, "results.json")))!;
        Assert.Equal(analyses, results["analyses"]!.AsObject().Select(analysis => analysis.Key));
    }

    private static IEnumerable<string> Titles(string plan) =>
        Tasks().Matches(plan).Select(match => match.Groups[1].Value);

    // NUMBER  done  TITLE  KEY  COST  after ...
    [GeneratedRegex(@"(?m)^ *\d+  (?:done|    )  (.*?) +([0-9a-f]{12}) ")]
    private static partial Regex Tasks();
}
