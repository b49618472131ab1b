using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>
/// Each module of trained weights back at its initial value, as it is and recalibrated, against whole passes for each.
/// </summary>
internal static class RewindingCase
{
    private const int Modules = 11;

    // Each network as it is, a pass for its statistics, and recalibrated.
    private const int Passes = 3;

    // Statistics are means over batches, which each side shuffles its own way.
    private const double Shuffled = 0.01;

    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs)
    {
        var images = inputs.Count("rewinding");
        return new(
            "rewinding",
            [
                new("TransferLens", () =>
                    inputs.TransferLens(
                        "criticality",
                        "--network",
                        "cifar_resnet20",
                        "--init",
                        inputs.Weights(20),
                        "--weights",
                        inputs["tuned.pth"],
                        "--data",
                        inputs["rewinding"],
                        "--paths",
                        "none",
                        "--threads",
                        "2",
                        "--json"
                    )
                ),
                new("peer", () =>
                    inputs.Peer(
                        "rewinding",
                        [inputs.Weights(20), inputs["tuned.pth"], "--test", inputs.Decoded("rewinding")]
                    )
                ),
            ],
            [
                new(
                    $"module rewinding, raw and recalibrated, all {Modules} modules, {images:#,0} images",
                    "TransferLens",
                    "peer",
                    1.9
                )
                {
                    Unit = "images",
                    Amount = Passes * (Modules + 1) * images,
                    Flops = Passes * (Modules + 1) * images * Operations.Forward(3),
                    Difference = (ours, peer) => Apart(ours, peer, 2.5 / images),
                },
            ]
        );
    }

    // Rounding may turn an image whose two largest logits are all but equal: two images at most.
    private static string? Apart(JsonNode ours, JsonNode peer, double most)
    {
        var (mine, its) = (ours["modules"]!.AsArray(), peer["modules"]!.AsArray());
        if (mine.Count != Modules || !mine.Select(Name).SequenceEqual(its.Select(Name)))
        {
            return $"modules {string.Join(' ', mine.Select(Name))} against {string.Join(' ', its.Select(Name))}";
        }

        var raw = Largest(mine.Select(one => one!["rewound"]), its);
        var recalibrated = Largest(mine.Select(one => one!["recalibrated"]), its.Select(one => one!["recalibrated"]));
        return raw <= most && recalibrated <= Shuffled
            ? null
            : $"accuracies up to {raw:0.00000} apart, recalibrated {recalibrated:0.00000}";
    }

    private static double Largest(IEnumerable<JsonNode?> ours, IEnumerable<JsonNode?> peers) =>
        ours.Zip(peers)
            .Max(pair =>
                Math.Abs(pair.First!["accuracy"]!.GetValue<double>() - pair.Second!["accuracy"]!.GetValue<double>())
            );

    private static string Name(JsonNode? module) => module!["name"]!.GetValue<string>();
}
