using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>CKA of all modules of resnet20 with all of resnet32 from minibatches, against HSIC pair by pair. Modules: stem, 9 or 15 blocks, head.</summary>
internal static class SimilarityCase
{
    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs)
    {
        var images = inputs.Count("similarity");
        return new(
            "cka",
            [
                new("TransferLens", () =>
                    inputs.TransferLens(
                        "similarity",
                        "--network",
                        "cifar_resnet20",
                        "cifar_resnet32",
                        "--weights",
                        inputs.Weights(20),
                        inputs.Weights(32),
                        "--data",
                        inputs["similarity"],
                        "--all-pairs",
                        "--form",
                        "minibatch",
                        "--batch-size",
                        "128",
                        "--threads",
                        "2",
                        "--json"
                    )
                ),
                new("peer", () =>
                    inputs.Peer("cka", [inputs.Weights(20), inputs.Weights(32), "--test", inputs.Decoded("similarity")])
                ),
            ],
            [
                new($"CKA, 11 x 17 modules of resnet20 and resnet32, {images:#,0} images", "TransferLens", "peer", 10)
                {
                    Unit = "images",
                    Amount = images,
                    Flops =
                        (images * (Operations.Forward(3) + Operations.Forward(5)))
                        + Operations.Similarity(images, 128, 3, 5),
                    Difference = Apart,
                },
            ]
        );
    }

    private static string? Apart(JsonNode ours, JsonNode peer)
    {
        var (mine, its) = (Values(ours), Values(peer));
        var largest =
            mine.Count == its.Count && mine.Count == 11 * 17
                ? mine.Zip(its).Max(pair => Math.Abs(pair.First - pair.Second))
                : double.NaN;
        return largest <= 1e-3
            ? null
            : $"values up to {largest:0.00000} apart, {mine.Count} against {its.Count} of them";
    }

    private static List<double> Values(JsonNode result) =>
        [.. result["debiased"]!.AsArray().SelectMany(row => row!.AsArray()).Select(value => value!.GetValue<double>())];
}
