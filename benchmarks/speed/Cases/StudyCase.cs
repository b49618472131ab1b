using System.Text.Json.Nodes;

namespace TransferLens.Speed.Cases;

/// <summary>P-T and RI-T, two seeds each, on PACS's cartoons from CIFAR's weights, with barriers, CKA, distances, mistakes and rewinding, against one script; then a rerun.</summary>
internal static class StudyCase
{
    private const int Modules = 11,
        Pairs = 6,
        Runs = 4,
        Recalibration = 1000,
        Examples = 500;

    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs, bool quick)
    {
        var (epochs, points, slack) = quick ? (1, 3, 0.4) : (3, 5, 0.0); // results of few images scatter
        var (train, test) = (inputs.Count("study/train"), inputs.Count("study/test"));
        var (recalibrated, shown) = (Math.Min(Recalibration, train), Math.Min(Examples, test));
        var evaluated =
            (Runs * (epochs + 1 + Modules) * (double)test)
            + (Pairs * points * ((2 * test) + (double)recalibrated))
            + ((Runs + 1) * shown);
        var common = new Comparison(
            "a whole study: P-T and RI-T x 2 seeds, 5 analyses, float32",
            "TransferLens",
            "peer",
            1.7
        )
        {
            Flops = (Runs * epochs * (double)train * Operations.Training(3)) + (evaluated * Operations.Forward(3)),
            Difference = (ours, peer) => Apart(ours, peer, slack),
        };
        return new(
            "study",
            [
                new("TransferLens", () => inputs.Study(Study(inputs, epochs, points), again: true)),
                new("peer", () =>
                    inputs.Peer(
                        "study",
                        [
                            "--weights",
                            inputs.Weights(20),
                            "--train",
                            inputs.Decoded("study/train"),
                            "--test",
                            inputs.Decoded("study/test"),
                            "--epochs",
                            $"{epochs}",
                            "--points",
                            $"{points}",
                            "--recalibration",
                            $"{Recalibration}",
                            "--examples",
                            $"{Examples}",
                        ]
                    )
                ),
            ],
            [
                common,
                new("a rerun of that study, finished", "TransferLens", null, 2)
                {
                    Seconds = measured => measured.Number("rerun"),
                    HasMemory = false,
                },
            ]
        );
    }

    private static string Study(Inputs inputs, int epochs, int points) =>
        $$"""
            study: cartoons
            network: cifar_resnet20
            images: {size: 32, normalize: imagenet}
            pretrained: {weights: "{{inputs.Weights(20)}}" }
            targets: {cartoon: {format: image_folder, train: study/train, test: study/test} }
            training: {epochs: {{epochs}}, batch_size: 64, optimizer: {name: sgd, momentum: 0.9, weight_decay: 1.0e-4} }
            runs:
              P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}
              RI-T: {init: random, learning_rate: 0.05, seeds: [1, 2]}
            analyses:
              mistakes:
              feature_similarity: {examples: {{Examples}}}
              parameter_distance:
              performance_barrier: {points: {{points}}, recalibration_images: {{Recalibration}} }
              module_criticality: {paths: none, check_frozen: false}
            """;

    // Training is random on both sides, so accuracies and distances (means over pairs of a kind) must be alike, not
    // equal. Six seeds of RI-T scattered by 0.06 on this side and by 0.05 on the other, and the difference of means
    // over two by 0.055, of which three are allowed.
    private static string? Apart(JsonNode ours, JsonNode peer, double slack)
    {
        var accuracies = ours["runs"]!
            .AsArray()
            .ToDictionary(run => run!["label"]!.GetValue<string>(), run => run!["accuracy"]!.GetValue<double>());
        var distances = ours["analyses"]!["parameter_distance"]!
            .AsArray()
            .Where(entry => entry!["first"] is not null)
            .ToDictionary(pair => $"{pair!["first"]} & {pair["second"]}", pair => pair!["total"]!.GetValue<double>());
        var problems = Kinds(accuracies, Numbers(peer["accuracies"]!), (name, a, b) =>
                Math.Abs(a - b) <= (name == "P-T" ? 0.03 : 0.165) + slack
                    ? null
                    : $"accuracy of {name} {a:0.000} against {b:0.000}"
            )
            .Concat(
                Kinds(distances, Numbers(peer["distances"]!), (name, a, b) =>
                    Math.Abs(a - b) <= (0.15 + slack) * b ? null : $"distance of {name} {a:0.00} against {b:0.00}"
                )
            )
            .ToList();
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    private static IEnumerable<string> Kinds(
        Dictionary<string, double> ours,
        Dictionary<string, double> peer,
        Func<string, double, double, string?> problem
    )
    {
        string Kind(string name) =>
            name.Replace(" s1", "", StringComparison.Ordinal).Replace(" s2", "", StringComparison.Ordinal);
        var (mine, its) = (
            ours.ToLookup(one => Kind(one.Key), one => one.Value),
            peer.ToLookup(one => Kind(one.Key), one => one.Value)
        );
        return its.Select(kind =>
                mine.Contains(kind.Key)
                    ? problem(kind.Key, mine[kind.Key].Average(), kind.Average())
                    : $"{kind.Key} is missing"
            )
            .OfType<string>();
    }

    private static Dictionary<string, double> Numbers(JsonNode node) =>
        node.AsObject().ToDictionary(one => one.Key, one => one.Value!.GetValue<double>());
}
