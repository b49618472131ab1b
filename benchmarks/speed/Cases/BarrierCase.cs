using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>Eleven points on the line between the published weights and ones trained a little from them.</summary>
internal static class BarrierCase
{
    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs)
    {
        var images = inputs.Count("barrier");
        string[] ours =
        [
            "barrier",
            "--network",
            "cifar_resnet20",
            "--weights",
            inputs.Weights(20),
            inputs["tuned.pth"],
            "--data",
            inputs["barrier"],
            "--points",
            "11",
            "--normalization",
            "raw",
            "--threads",
            "2",
            "--json",
        ];
        string[] peer = [inputs.Weights(20), inputs["tuned.pth"], "--test", inputs.Decoded("barrier")];
        var common = new Comparison($"barrier, 11 points x {images:#,0} images, float32", "TransferLens", "peer", 1.05)
        {
            Plain = "plain TorchSharp",
            Unit = "images",
            Amount = 11 * images,
            Flops = 11 * images * Operations.Forward(3),
            Difference = (ours, peer) => Apart(ours, peer, Math.Max(2e-4, 1.5 / images), 1e-4),
        };
        return new(
            "barrier",
            [
                new("TransferLens", () => inputs.TransferLens(ours)),
                new("TransferLens bfloat16", () => inputs.TransferLens([.. ours, "--precision", "bfloat16"])),
                new("peer", () => inputs.Peer("barrier", peer)),
                new("peer bfloat16", () => inputs.Peer("barrier", [.. peer, "--autocast"])),
                new(
                    "plain TorchSharp",
                    () =>
                        Inputs.Library(
                            inputs.Cache,
                            "plain-barrier",
                            inputs.Weights(20),
                            inputs["tuned.pth"],
                            inputs["barrier"]
                        ),
                    OnlyFirst: true
                ),
            ],
            [
                common,
                common with
                {
                    Case = "the same in bfloat16",
                    Ours = "TransferLens bfloat16",
                    Peer = "peer bfloat16",
                    Plain = null,
                    Bar = 1.2,
                    Bfloat16 = true,
                    Difference = (ours, peer) =>
                        Apart(ours, peer, Math.Max(0.003, 5.5 / images), double.PositiveInfinity),
                },
            ]
        );
    }

    private static string? Apart(JsonNode ours, JsonNode peer, double accuracy, double loss)
    {
        var pairs = ours["points"]!.AsArray().Zip(peer["points"]!.AsArray()).ToList();
        double Largest(string name) =>
            pairs.Max(pair => Math.Abs(pair.First![name]!.GetValue<double>() - pair.Second![name]!.GetValue<double>()));
        return
            pairs.Count == 11 && Largest("lambda") < 1e-9 && Largest("accuracy") <= accuracy && Largest("loss") <= loss
            ? null
            : $"accuracies up to {Largest("accuracy"):0.00000} and losses up to {Largest("loss"):0.00000} apart at {pairs.Count} points";
    }
}
