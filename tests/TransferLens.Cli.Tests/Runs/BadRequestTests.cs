namespace TransferLens.Cli.Tests.Runs;

public sealed class BadRequestTests : IDisposable
{
    private readonly TinyStudy study = new();

    /// <summary>What is written instead of what in the study, and what the answer holds.</summary>
    public static TheoryData<string, string, string[]> Wrong =>
        new()
        {
            {
                "RI-T: {init: random, learning_rate: 0.05, seeds",
                "RI-T: {init: random, learning_rate: 0.05, seedz",
                ["study.yaml, line 13:", "'seedz'", "seeds"]
            },
            { "network: cifar_resnet8", "network: cifar_resnet9", ["line 2", "cifar_resnet9", "cifar_resnet8"] },
            { "train: target/train", "train: target/nowhere", ["line 9", "target/nowhere", "does not exist"] },
            { "train: target/train", "train: study.yaml", ["line 9", "a file and not a folder"] },
            { "network: cifar_resnet8", "network: resnet18", ["resnet18 cannot take images of size 16", "32"] },
            { "performance_barrier:", "performance_barier:", ["line 17", "performance_barier", "performance_barrier"] },
            { "{points: 3}", "{pointz: 3}", ["line 17", "pointz", "points"] },
            { "{points: 3}", "{points: many}", ["analyses.performance_barrier.points", "many"] },
            { "{points: 3}", "{points: 0}", ["analyses.performance_barrier.points", "0"] },
            {
                "format: image_folder, train: target",
                "format: folder, train: target",
                ["line 9", "folder", "image_folder"]
            },
            { "epochs: 3, batch_size: 6", "epochs: three, batch_size: 6", ["line 10", "training.epochs", "three"] },
            {
                "epochs: 3, batch_size: 6",
                "epochs: 3, batch_size: 6, freeze: layer9",
                ["training.freeze", "'layer9' is not a module of cifar_resnet8", "did you mean 'layer1'?"]
            },
            {
                "learning_rate: 0.02, seeds",
                "learning_rate: 0.02, freeze: [backbone, linear], seeds",
                ["runs.P-T.freeze", "leaves no module of cifar_resnet8 to train"]
            },
            { "seeds: [1, 2]", "seeds: [1, 1]", ["line 12", "twice"] },
            { "study: tiny", "study: ../tiny", ["line 1", "study"] },
            { "study: tiny", "study: [tiny", ["study.yaml"] },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_study_is_refused_in_one_sentence_before_anything_is_made(string old, string with, string[] says)
    {
        Assert.Contains(old, TinyStudy.Text());
        study.Write("study.yaml", TinyStudy.Text().Replace(old, with, StringComparison.Ordinal));
        Refused(says);
    }

    [Fact]
    public void A_run_from_P_without_P_is_refused() =>
        Refused(
            ["line 8", "P-T.init", "pretrained"],
            TinyStudy
                .Text()
                .Replace(
                    TinyStudy.Text()[
                        TinyStudy.Text().IndexOf("pretrained:", StringComparison.Ordinal)..TinyStudy
                            .Text()
                            .IndexOf("targets:", StringComparison.Ordinal)
                    ],
                    ""
                )
        );

    [Fact]
    public void An_empty_class_folder_is_refused()
    {
        Directory.CreateDirectory(study["target", "train", "zebra"]);
        Refused([study["target", "train", "zebra"], "contains no images"]);
    }

    [Fact]
    public void A_class_that_is_only_in_the_test_images_is_refused()
    {
        Directory.CreateDirectory(study["target", "test", "zebra"]);
        File.Copy(study["target", "test", "disc", "00.png"], study["target", "test", "zebra", "00.png"]);
        Refused(["'zebra' of ink", "not in its training images"]);
    }

    [Fact]
    public void Weights_of_another_network_are_refused()
    {
        // A head that fits, and nothing else.
        var header =
            """{"linear.weight": {"dtype": "F32", "shape": [1, 64], "data_offsets": [0, 256]}, "linear.bias": {"dtype": "F32", "shape": [1], "data_offsets": [256, 260]}}""";
        File.WriteAllBytes(
            study["p.safetensors"],
            [
                .. BitConverter.GetBytes((long)header.Length),
                .. System.Text.Encoding.ASCII.GetBytes(header),
                .. new byte[260],
            ]
        );
        var text = TinyStudy.Text();
        Refused(
            ["The weights do not fit cifar_resnet8: they have none of its tensors before the head"],
            text.Replace(
                text[
                    text.IndexOf("pretrained:", StringComparison.Ordinal)..text.IndexOf(
                        "targets:",
                        StringComparison.Ordinal
                    )
                ],
                "pretrained: {weights: p.safetensors}\n"
            )
        );
        study.Write("p.safetensors", "no weights");
        Refused(["p.safetensors"], null);
    }

    [Theory]
    [InlineData("--set training.epochs", "key.path=value")]
    [InlineData("--set training.epoch=1", "epochs")]
    [InlineData("--set training.epochs=-1", "training.epochs")]
    [InlineData("--out study.yaml", "--out")]
    [InlineData("--jobs 0", "--jobs")]
    public void A_wrong_option_is_refused_in_one_sentence(string options, string says) =>
        Refused([says], null, options.Split(' '));

    [Fact]
    public void A_study_file_that_is_not_there_is_refused()
    {
        File.Delete(study["study.yaml"]);
        Refused(["study.yaml' does not exist", "transferlens init"]);
    }

    public void Dispose() => study.Dispose();

    private void Refused(string[] says, string? text = null, params string[] options)
    {
        if (text is not null)
        {
            study.Write("study.yaml", text);
        }

        var before = Files();
        var said = study.Run(options).Refused();
        Assert.All(says, part => Assert.Contains(part, said));
        Assert.Equal(before, Files());
        Assert.Equal(options.Contains("--out") ? 0 : 2, study.Do(["plan", "study.yaml", .. options]).Code);
    }

    // All but digests of images, which are remembered in the user's cache.
    private List<string> Files() =>
        [
            .. Directory
                .GetFileSystemEntries(study.Path, "*", SearchOption.AllDirectories)
                .Where(path => !path.StartsWith(study["cache"], StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
}
