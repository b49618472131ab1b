using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Report.Content;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Report.Tests;

/// <summary>A sample report with a figure of each kind. Every call creates a new one.</summary>
internal static class SampleReport
{
    private static readonly string[] Modules =
    [
        "conv1",
        "layer1.0",
        "layer1.1",
        "layer1.2",
        "layer2.0",
        "layer2.1",
        "layer2.2",
        "layer3.0",
        "layer3.1",
        "layer3.2",
        "linear",
    ];

    public static ReportContent Content() =>
        new(
            "cartoon-from-cifar",
            "cifar_resnet20, pretrained on CIFAR-10, fine-tuned on 2 targets",
            [.. Sections().SelectMany(section => section.Findings)],
            Sections(),
            [
                new RunLine("cartoon", "P-T", 0.02, 1, "finished", 0.7124, 0.6991, 0.7253, 0.9123),
                new RunLine("cartoon", "P-T", 0.02, 2, "finished", 0.7080, 0.6950, 0.7211, 0.9301),
                new RunLine("cartoon", "RI-T", 0.1, 1, "finished", 0.5512, 0.5371, 0.5650, 1.4012),
                new RunLine("cartoon", "RI-T", 0.1, 2, "diverged", null, null, null, null),
            ],
            [
                new ProvenanceLine(
                    "Train P-T on cartoon, seed 1",
                    "train",
                    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    1834.2,
                    "node-7, 8 threads",
                    new DateTimeOffset(2025, 3, 4, 13, 5, 0, TimeSpan.FromHours(1)),
                    "0.1.0"
                )
                {
                    Seeds = "seed 1",
                    ProcessorSeconds = 7321.5,
                    Software = ".NET 10.0.0, TorchSharp 0.107.0, libtorch 2.10.0, Debian GNU/Linux 12 (bookworm) X64",
                },
                new ProvenanceLine(
                    "Evaluate P-T on cartoon, seed 1",
                    "evaluate",
                    "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                    4.21,
                    "node-7, 8 threads",
                    new DateTimeOffset(2025, 3, 4, 13, 36, 0, TimeSpan.FromHours(1)),
                    "0.1.0"
                ),
            ],
            [
                KeyValuePair.Create("Network", "cifar_resnet20, 0.27 million parameters"),
                KeyValuePair.Create("Pretrained on", "CIFAR-10, 92.6 % test accuracy"),
                KeyValuePair.Create("Targets", "cartoon (5 000 training images, 10 classes), sketch (4 000)"),
                KeyValuePair.Create("Training", "SGD, momentum 0.9, 24 epochs, batches of 64"),
            ]
        )
        {
            Legend =
            [
                KeyValuePair.Create("P", "the pretrained checkpoint"),
                KeyValuePair.Create("P-T", "P, fine-tuned on a target"),
                KeyValuePair.Create("RI-T", "trained on a target from random initial weights (RI)"),
            ],
            Models = [Model("best", "P-T s1"), Model("soup", "average of 2 runs of P-T")],
        };

    /// <summary>The same with images that are chosen by their properties.</summary>
    public static ReportContent WithImages()
    {
        var content = Content();
        return content with
        {
            Sections =
            [
                .. content.Sections,
                new("mistakes", "Mistakes", new JsonObject(), [], [Images()], [], content.Sections[0].Method),
            ],
        };
    }

    /// <summary>Four images of two classes.</summary>
    public static ImageGrid Images() =>
        new(
            "mistakes-cartoon-images",
            "Images of cartoon that P-T s1 (first) or RI-T s1 (second) predicts incorrectly.",
            "4 of 120 images.",
            [
                Image("cat", "both", 0.98),
                Image("cat", "only the first", 0.71),
                Image("dog", "only the first", 0.66),
                Image("dog", "only the second", null),
            ]
        )
        {
            Facets = ["class", "incorrect"],
        };

    private static ImageCell Image(string name, string incorrect, double? confidence) =>
        new($"{name}/1.png", [.. Convert.FromBase64String(Dot)], [name, "first: horse, 98 %", "second: dog, 12 %"])
        {
            Facets = [name, incorrect],
            Confidence = confidence,
        };

    // A PNG file of one red pixel.
    private const string Dot =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

    private static ModelLine Model(string word, string name) =>
        new(
            "cartoon",
            word,
            name,
            "best accuracy of 4 runs on the test images, so its score is optimistic",
            (0.7124, 0.6991, 0.7253),
            $"transferlens export . --target cartoon --model {word} --output cartoon-{word}.onnx"
        );

    public static LineChart Lines() =>
        new(
            "performance_barrier-cartoon",
            "Between two fine-tuned networks there is no barrier; between two trained from scratch there is",
            "Test accuracy along the line between two runs, raw on the left and recalibrated on the right. "
                + "Pretrained pairs stay near 71 %, pairs from scratch fall to 20 % in the middle.",
            [
                new LinePanel(
                    "Raw batch normalization",
                    "λ (0 is the first training, 1 the second)",
                    "Test accuracy (%)",
                    Curves(1)
                ),
                new LinePanel(
                    "Recalibrated batch normalization",
                    "λ (0 is the first training, 1 the second)",
                    "Test accuracy (%)",
                    Curves(0.4)
                ),
            ]
        );

    public static LineChart ByModule() =>
        new(
            "similarity-by-module",
            "Similarity to the checkpoint before training, module by module",
            "Similarity falls from 0.97 in the stem to 0.4 in the last block; the random start is below 0.3 all along.",
            [
                new LinePanel(
                    "cartoon",
                    "",
                    "CKA (debiased)",
                    [
                        new Line(
                            "P-T and P",
                            0,
                            Count(11),
                            [.. Enumerable.Range(0, 11).Select(i => i == 6 ? double.NaN : 0.97 - (0.05 * i))],
                            [],
                            []
                        ),
                        new Line(
                            "RI-T and RI",
                            1,
                            Count(11),
                            [.. Enumerable.Range(0, 11).Select(i => 0.3 - (0.02 * i))],
                            [],
                            []
                        ),
                    ]
                )
                {
                    Positions = [.. Modules],
                },
            ]
        );

    public static BarChart Bars(string[]? categories = null) =>
        new(
            "feature_reuse-drop",
            "Relative drop of accuracy by shuffled block size",
            "Five groups of bars. P-T gains more than RI-T at every size, and least for shuffled pixels.",
            [
                new BarPanel(
                    "Relative drop",
                    "Relative gain of P-T over RI-T (%)",
                    [
                        .. categories
                            ??
                            [
                                "images as they are",
                                "channels shuffled",
                                "blocks of 16",
                                "blocks of 4",
                                "blocks of 1",
                            ],
                    ],
                    [
                        new BarSeries(
                            "real",
                            [22.1, 19.5, 14.2, 9.9, 1.2],
                            [20.0, 18.0, 12.5, 8.0, -0.8],
                            [24.0, 21.2, 16.2, 12.0, 3.1]
                        ),
                        new BarSeries(
                            "cartoon",
                            [29.2, 24.8, 18.0, double.NaN, -1.4],
                            [27.0, 23.0, 16.0, double.NaN, -3.0],
                            [31.2, 26.9, 20.1, double.NaN, 0.4]
                        ),
                        new BarSeries("sketch", [12.2, 9.1, 7.0, 5.5, 0.6], [], []),
                    ]
                ),
                new BarPanel(
                    "Speed of optimization",
                    "Mean training accuracy (%)",
                    ["images as they are", "blocks of 1"],
                    [new BarSeries("real", [71, 42], [70, 40], [72, 44])]
                ),
            ]
        );

    public static Heatmap Map() =>
        new(
            "similarity-all-pairs",
            "Similarity of every module of P-T to every module of P",
            "Bright along the diagonal, dark away from it; the last module is undefined against all.",
            "Module of P",
            "Module of P-T",
            [.. Modules],
            [.. Modules],
            [
                .. Enumerable
                    .Range(0, 11)
                    .Select(row =>
                        Enumerable
                            .Range(0, 11)
                            .Select(column => row == 10 ? double.NaN : Math.Exp(-Math.Abs(row - column) / 3.0))
                            .ToImmutableArray()
                    ),
            ]
        );

    public static Dendrogram Tree() =>
        new(
            "feature_similarity-cartoon-tree",
            "Tree of models by their features",
            "Two P-T runs merge first, then P, then RI-T.",
            "1 - debiased CKA",
            ["P-T s1", "P-T s2", "P", "RI-T s1"],
            // Rounding may put equal models slightly below 0.
            [new(0, 1, -1e-12), new(2, 4, 0.12), new(3, 5, 0.3)]
        );

    public static Landscape Surface()
    {
        ImmutableArray<double> x = [.. Enumerable.Range(0, 9).Select(i => -5 + (3.75 * i))];
        ImmutableArray<double> y = [.. Enumerable.Range(0, 9).Select(i => -4.4 + (3.3 * i))];
        return new(
            "performance_barrier-plane-accuracy-cartoon",
            "Test accuracy on the plane through three solutions",
            "A plateau of 71 % holds all three P-T; each RI-T stands on a hill of its own, with 20 % between them.",
            "accuracy (%)",
            [
                Panel("P-T", (px, py) => 71 - (0.12 * (Math.Pow(px - 10, 2) + Math.Pow(py - 6, 2)))),
                Panel("RI-T", (px, py) =>
                    px > 24 && py > 21
                        ? double.NaN
                        : 20
                            + new[] { (0.0, 0.0), (20, 0), (10, 17) }.Sum(hill =>
                                36 * Math.Exp(-(Math.Pow(px - hill.Item1, 2) + Math.Pow(py - hill.Item2, 2)) / 30)
                            )
                ),
            ]
        );

        LandscapePanel Panel(string run, Func<double, double, double> value) =>
            new(
                run,
                "distance along the first side",
                "distance across it",
                x,
                y,
                [.. y.Select(py => x.Select(px => value(px, py)).ToImmutableArray())],
                [new($"{run} s1", 0, 0), new($"{run} s2", 20, 0), new($"{run} s3", 10, 17.3)]
            );
    }

    public static Table Distances() =>
        new(
            "parameter_distance",
            "How far training moved the weights",
            ["Module", "P-T to P", "Parameters", "Moved most", "Note"],
            [
                ["conv1", 0.123456789, 432L, false, null],
                ["layer1.0", 12345.678, 4608L, true, "says \"far\", and means it"],
                ["layer3.2", 0.0000123456, 73728L, false, "two\nlines"],
            ]
        );

    /// <summary>A long table with scores, an interval and differences.</summary>
    public static Table Scores() =>
        new(
            "scores",
            "Score of each run",
            ["run", "test accuracy", "low", "high", "against the first", "against, low", "against, high"],
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(i =>
                        (ImmutableArray<object?>)
                            [
                                $"P-T s{i + 1}",
                                0.7 + (0.001 * i),
                                0.69,
                                0.73,
                                i == 0 ? null : 0.001 * i,
                                i == 0 ? null : -0.01,
                                i == 0 ? null : 0.02,
                            ]
                    ),
            ]
        )
        {
            Percent = ["test accuracy"],
            Points = ["against the first"],
        };

    public static LineChart Small(string name) =>
        new(
            name,
            "Score between two fine-tuned models",
            "It stays near 71 %.",
            [new LinePanel("", "lambda", "accuracy (%)", Curves(1))]
        );

    private static ImmutableArray<AnalysisSection> Sections() =>
        [
            new AnalysisSection(
                "performance_barrier",
                "Performance barrier",
                new JsonObject(),
                [
                    new Finding(
                        "performance_barrier",
                        "Runs from the checkpoint share a basin: along the line between two of them, "
                            + "accuracy never falls by more than 0.4 points.",
                        Confidence.High,
                        [
                            new Evidence(
                                EvidenceName.Over("Barrier between P-T seeds 1 and 2, accuracy", "test images"),
                                0.004,
                                0.001,
                                0.009,
                                "accuracy difference"
                            ),
                            new Evidence(
                                "Barrier between RI-T seeds 1 and 2, accuracy",
                                0.412,
                                0.39,
                                0.433,
                                "accuracy difference"
                            ),
                            new Evidence("Barrier between P-T seeds 1 and 2, loss", 0.0123, null, null, "nats"),
                        ],
                        "Average the weights of your fine-tuned networks: it costs nothing and keeps the accuracy."
                    )
                    {
                        Decision = new Decision(0.003, 3) { AdjustedP = 0.02 },
                        Question = Question.Basin,
                        Answer = "Yes: no barrier beyond the margin",
                        Target = "cartoon",
                    },
                ],
                [Lines()],
                [Distances(), Scores()],
                new Method(
                    "The largest drop of test accuracy below the straight line between the end points, "
                        + "over λ in [0, 1].",
                    "11 points; 2 seeds; batch normalization raw and recalibrated on the training images.",
                    "Neyshabur, Sedghi, Zhang, 2020, What is being transferred in transfer learning? "
                        + "(arXiv 2008.11687, https://arxiv.org/abs/2008.11687)",
                    ["A straight line without a barrier does not mean that the networks are equal.", "Two seeds only."]
                )
            )
            {
                Highlights =
                [
                    new("cartoon", Small("highlight-barrier-cartoon")),
                    new("sketch", Small("highlight-barrier-sketch")),
                ],
            },
            new AnalysisSection(
                "feature_similarity",
                "Feature similarity and feature reuse",
                new JsonObject(),
                [
                    new Finding(
                        "feature_similarity",
                        "The lower half of the network was reused; the last block was relearned.",
                        Confidence.Medium,
                        [new Evidence("CKA of P-T and P, conv1", 0.97, 0.96, 0.98, "")],
                        null
                    ),
                    new Finding(
                        "mistakes",
                        "P-T makes fewer mistakes.",
                        Confidence.Low,
                        [],
                        "Look at the images that only P-T gets wrong."
                    ),
                    new Finding(
                        "feature_similarity",
                        "Pretraining helps on sketch.",
                        Confidence.High,
                        [],
                        "Start from P on sketch."
                    )
                    {
                        Question = Question.Gain,
                        Target = "sketch",
                    },
                ],
                [ByModule(), Map(), Bars()],
                [],
                new Method(
                    "Centered kernel alignment of features, debiased.",
                    "1000 images.",
                    "Kornblith et al., 2019.",
                    []
                )
            ),
        ];

    private static ImmutableArray<Line> Curves(double depth) =>
        [
            Curve("P-T", 0, 71, 1 * depth, 1),
            Curve("P-T", 0, 70, 1.4 * depth, 1),
            Curve("RI-T", 1, 55, 35 * depth, 4),
            Curve("RI-T", 1, 56, 33 * depth, 4),
            Curve("P-T to RI-T", 2, 62, 48 * depth, 0),
        ];

    private static Line Curve(string label, int group, double top, double depth, double band)
    {
        ImmutableArray<double> x = [.. Enumerable.Range(0, 11).Select(i => i / 10.0)];
        ImmutableArray<double> y = [.. x.Select(at => top - (depth * 4 * at * (1 - at)))];
        return new Line(
            label,
            group,
            x,
            y,
            band == 0 ? [] : [.. y.Select(v => v - band)],
            band == 0 ? [] : [.. y.Select(v => v + band)]
        );
    }

    private static ImmutableArray<double> Count(int count) => [.. Enumerable.Range(0, count).Select(i => (double)i)];
}
