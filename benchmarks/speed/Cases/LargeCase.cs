using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>An ImageNet residual network: evaluation of images of 224 pixels, and two training runs on images of 64.</summary>
internal static class LargeCase
{
    // Operations of a forward pass of resnet18 with ten classes on an image of 224 pixels: its convolutions, counted.
    private const double At224 = 3.63e9;

    /// <summary>Makes the contest of evaluations.</summary>
    public static Contest Evaluation(Inputs inputs)
    {
        var images = inputs.Count("some-jpegs");
        return new(
            "evaluation",
            [
                new("TransferLens", () =>
                    inputs.TransferLens(
                        "evaluate",
                        "--network",
                        "resnet18",
                        "--weights",
                        inputs["resnet18.pth"],
                        "--data",
                        inputs["some-jpegs"],
                        "--threads",
                        "2",
                        "--json"
                    )
                ),
                new("peer", () =>
                    inputs.Peer("evaluation", inputs["resnet18.pth"], "--test", inputs.Decoded("some-jpegs-224"))
                ),
            ],
            [
                new($"evaluate resnet18 at 224, {images} images, float32", "TransferLens", "peer", 1.1)
                {
                    Unit = "images",
                    Amount = images,
                    Flops = images * At224,
                    Difference = (ours, peer) =>
                        Apart(ours, peer, "accuracy", 2.5 / images) ?? Apart(ours, peer, "loss", 1e-2),
                },
            ]
        );
    }

    /// <summary>Makes the contest of training runs.</summary>
    public static Contest Training(Inputs inputs)
    {
        var images = inputs.Count("some-jpegs");
        string[] peer =
        [
            "--resnet18",
            "--weights",
            inputs["resnet18.pth"],
            "--train",
            inputs.Decoded("some-jpegs-64"),
            "--test",
            inputs.Decoded("some-jpegs-64"),
            "--batch",
            "64",
            "--epochs",
            "2",
            "--seeds",
            "1",
            "2",
        ];
        return new(
            "large",
            [
                new("TransferLens", () => inputs.Study(Study(inputs))),
                new("peer", () => inputs.PeerTwice("training", peer)),
            ],
            [
                new("training resnet18 at 64 pixels, 2 runs, float32", "TransferLens", "peer", 1.1)
                {
                    Unit = "images",
                    Amount = 2 * 2 * images,
                    Flops = 2 * 2 * images * 3 * At224 * 64 * 64 / (224 * 224),
                    // Ten images of each class are learnt by either side, to a degree that chance decides.
                    Difference = (ours, peer) =>
                        ours["runs"]!.AsArray().Count == peer["accuracies"]!.AsArray().Count
                            ? null
                            : "not as many runs",
                },
            ]
        );
    }

    private static string Study(Inputs inputs) =>
        $$"""
            study: large
            network: resnet18
            images: {size: 64, resize: 64, normalize: imagenet}
            pretrained: {weights: "{{inputs["resnet18.pth"]}}" }
            targets: {some: {format: image_folder, train: some-jpegs, test: some-jpegs} }
            training: {epochs: 2, batch_size: 64, optimizer: {name: sgd, momentum: 0.9, weight_decay: 1.0e-4} }
            runs: {P-T: {init: pretrained, learning_rate: 0.01, seeds: [1, 2]} }
            analyses: {learning_curves: }
            """;

    private static string? Apart(JsonNode ours, JsonNode peer, string name, double most)
    {
        var (a, b) = (ours[name]!.GetValue<double>(), peer[name]!.GetValue<double>());
        return Math.Abs(a - b) <= most ? null : $"{name} {a:0.0000} against {b:0.0000}";
    }
}
