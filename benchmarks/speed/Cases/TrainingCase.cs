using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>Four training runs of one study, two at a time with one thread each, against the same in two processes of one thread.</summary>
internal static class TrainingCase
{
    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs, bool quick)
    {
        var (images, slack) = (4 * inputs.Count("tuning/train"), quick ? 0.3 : 0); // results of few images scatter
        string[] peer =
        [
            "--weights",
            inputs.Weights(20),
            "--train",
            inputs.Decoded("tuning/train"),
            "--test",
            inputs.Decoded("tuning/test"),
        ];
        string[] all = [.. peer, "--seeds", "1", "2", "3", "4"];
        var common = new Comparison("training resnet20, 4 runs of a study, float32", "TransferLens", "peer", 1.2)
        {
            Plain = "plain TorchSharp",
            Unit = "images",
            Amount = images,
            Flops = images * Operations.Training(3),
            Difference = (ours, peer) => Apart(ours, peer, 0.02 + slack),
        };
        return new(
            "training",
            [
                new("TransferLens", () => inputs.Study(Study(inputs, "float32"))),
                new("TransferLens bfloat16", () => inputs.Study(Study(inputs, "bfloat16"))),
                new("peer", () => inputs.PeerTwice("training", all)),
                new("peer bfloat16", () => inputs.PeerTwice("training", ["--autocast", .. all])),
                new(
                    "plain TorchSharp",
                    () =>
                        Inputs.Library(
                            inputs.Cache,
                            "plain-training",
                            inputs.Weights(20),
                            inputs["tuning/train"],
                            inputs["tuning/test"]
                        ),
                    OnlyFirst: true
                ),
                new("peer, one process of two threads", () => inputs.Peer("training", all), Once: true),
            ],
            [
                common,
                common with
                {
                    Case = "the same in bfloat16",
                    Ours = "TransferLens bfloat16",
                    Peer = "peer bfloat16",
                    Plain = null,
                    Bar = 1.35,
                    Bfloat16 = true,
                    Difference = (ours, peer) => Apart(ours, peer, 0.01 + Spread(peer) + slack),
                },
            ]
        );
    }

    private static string Study(Inputs inputs, string precision) =>
        $$"""
            study: tuning
            network: cifar_resnet20
            images: {size: 32, normalize: imagenet}
            pretrained: {weights: "{{inputs.Weights(20)}}" }
            targets: {cifar: {format: image_folder, train: tuning/train, test: tuning/test} }
            training: {epochs: 1, batch_size: 128, optimizer: {name: sgd, momentum: 0.9, weight_decay: 1.0e-4}, precision: {{precision}} }
            runs: {P-T: {init: pretrained, learning_rate: 0.01, seeds: [1, 2, 3, 4]} }
            analyses: {learning_curves: }
            """;

    private static double Spread(JsonNode peer) =>
        peer["accuracies"]!.AsArray().Max(one => one!.GetValue<double>())
        - peer["accuracies"]!.AsArray().Min(one => one!.GetValue<double>());

    private static string? Apart(JsonNode ours, JsonNode peer, double most)
    {
        var (a, b) = (
            ours["runs"]!.AsArray().Average(run => run!["accuracy"]!.GetValue<double>()),
            peer["accuracies"]!.AsArray().Average(one => one!.GetValue<double>())
        );
        return Math.Abs(a - b) <= most
            ? null
            : $"mean test accuracy {a:0.0000} against {b:0.0000}, {most:0.0000} apart at most";
    }
}
