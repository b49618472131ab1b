using System.Text.Json.Nodes;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Interpolation;

/// <summary>REPAIR; numbers by PyTorch: tests/reference/repair.py.</summary>
public class ActivationRepairTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 64, Precision.Float32);

    [Theory]
    [InlineData("vit_tiny_patch16_224", 32)]
    [InlineData("fixup_resnet18", 32)]
    public void Repairing_the_middle_of_equal_models_changes_nothing(string name, int size)
    {
        using var images = Images(6, size);
        using var network = SmallNetwork(name, 1);
        using var model = StateDict.Of(network);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        network.eval();
        using var batch = images.Batches(6, Normalization.ImageNet).Single();
        var expected = network.forward(batch.Images);
        using var repair = new ActivationRepair(network, [model, model], images, Settings, (null, 6), default);
        using var repaired = repair.Apply([0.5, 0.5]);
        var found = repaired.forward(batch.Images);
        Assert.True(found.allclose(expected, 1e-3, 1e-4 * expected.abs().max().item<float>()));
    }

    [Fact]
    public void A_repaired_combination_has_the_logits_of_a_plain_implementation()
    {
        const double Lambda = 0.25;
        var reference = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "repair.json"))
        )!;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var images = FormulaImages();
        using var network = Small();
        using var first = Formula(network, 1);
        using var second = Formula(network, 2);
        using var repair = new ActivationRepair(network, [first, second], images, Settings, (null, 64), default);
        LinearInterpolation.Write(network, first, second, Lambda);
        using var batch = images.Batches(64, Normalization.ImageNet).Single();
        // The images were shuffled for the statistics; one batch has those of all.
        AssertSame(reference["raw"]!, network.forward(batch.Images));
        using var repaired = repair.Apply([1 - Lambda, Lambda]);
        AssertSame(reference["repaired"]!, repaired.forward(batch.Images));
    }

    [Fact]
    public void A_line_of_a_network_without_batch_normalization_is_repaired_between_its_ends_alone()
    {
        using var images = FormulaImages();
        using var network = Small();
        using var first = Formula(network, 1);
        using var second = Formula(network, 2);
        var curves = new[] { null, images }
            .Select(recalibrateOn =>
                BarrierMeasurement.Measure(
                    network,
                    first,
                    second,
                    [0, 0.5, 1],
                    images,
                    Settings,
                    recalibrateOn,
                    cancellationToken: TestContext.Current.CancellationToken
                )
            )
            .ToList();
        Assert.Equal(curves[0].Points[0].Loss, curves[1].Points[0].Loss);
        Assert.Equal(curves[0].Points[2].Loss, curves[1].Points[2].Loss);
        Assert.NotEqual(curves[0].Points[1].Loss, curves[1].Points[1].Loss);
    }

    private static void AssertSame(JsonNode expected, Tensor logits)
    {
        float[] found = logits.contiguous().data<float>().ToArray();
        Assert.Equal(expected.AsArray().Count, found.Length);
        foreach (var (value, number) in expected.AsArray().Zip(found))
        {
            Assert.Equal((double)value!, number, 1e-4);
        }
    }

    // Two convolutions with ReLU, the mean over positions, a linear layer: as in the reference.
    private static Network Small()
    {
        (string Name, long[] Shape)[] weights =
        [
            ("first.weight", [4, 3, 3, 3]),
            ("first.bias", [4]),
            ("second.weight", [5, 4, 3, 3]),
            ("second.bias", [5]),
            ("head.weight", [4, 5]),
            ("head.bias", [4]),
        ];
        var model = new OnnxModel
        {
            IrVersion = 8,
            Opsets = [new("", 16)],
            Graph = new()
            {
                Name = "small",
                Inputs = [GraphTypes.Floats("images", [GraphTypes.Open("n"), .. Lengths(3, 8, 8)])],
                Outputs = [GraphTypes.Floats("logits", [GraphTypes.Open("n"), .. Lengths(4)])],
                Initializers = [.. weights.Select(weight => Zeros(weight.Name, weight.Shape))],
                Nodes =
                [
                    Convolution("first", "images", 2),
                    Node("Relu", "first", "a"),
                    Convolution("second", "a", 1),
                    Node("Relu", "second", "b"),
                    Node("GlobalAveragePool", "b", "c"),
                    Node("Flatten", "c", "d"),
                    new()
                    {
                        Name = "head",
                        Operator = "Gemm",
                        Opset = 16,
                        Inputs = ["d", "head.weight", "head.bias"],
                        Outputs = ["logits"],
                        Attributes = [NodeAttribute.Of("transB", 1L)],
                    },
                ],
            },
        };
        return OnnxNetwork.Create(OnnxDefinition.Of(model, "small"), "small", 4, null);

        static OnnxTensor Zeros(string name, long[] shape)
        {
            using var values = zeros(shape);
            return OnnxTensor.FromTensor(name, values);
        }

        static IEnumerable<OnnxDimension> Lengths(params long[] lengths) => lengths.Select(GraphTypes.Fixed);

        static OnnxNode Node(string name, string input, string output) =>
            new()
            {
                Name = output,
                Operator = name,
                Opset = 16,
                Inputs = [input],
                Outputs = [output],
            };

        static OnnxNode Convolution(string name, string input, long stride) =>
            new()
            {
                Name = name,
                Operator = "Conv",
                Opset = 16,
                Inputs = [input, $"{name}.weight", $"{name}.bias"],
                Outputs = [name],
                Attributes =
                [
                    NodeAttribute.Of("strides", stride, stride),
                    NodeAttribute.Of("pads", 1, 1, 1, 1),
                    NodeAttribute.Of("kernel_shape", 3, 3),
                ],
            };
    }

    private static StateDict Formula(Network network, int model)
    {
        string[] order = ["first.weight", "first.bias", "second.weight", "second.bias", "head.weight", "head.bias"];
        using var frozen = no_grad();
        var state = network.state_dict();
        foreach (var (number, name) in order.Index())
        {
            double[] values =
            [
                .. Enumerable
                    .Range(0, (int)state[name].numel())
                    .Select(i => Wave(i + (7919 * number) + (104729 * model)) - 0.5),
            ];
            using var filled = tensor(values).reshape(state[name].shape);
            state[name].copy_(filled);
        }

        return StateDict.Of(network);
    }

    private static ImageSet FormulaImages()
    {
        byte[] values = [.. Enumerable.Range(0, 6 * 3 * 8 * 8).Select(i => (byte)(Wave(i + 1) * 256))];
        using var pixels = tensor(values, ScalarType.Byte).reshape(6, 3, 8, 8);
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, 6).Select(i => i % 4)],
            [.. Enumerable.Range(0, 6).Select(i => $"{i}")]
        );
    }

    private static double Wave(int index)
    {
        var wave = Math.Sin(12.9898 * index) * 43758.5453;
        return wave - Math.Floor(wave);
    }

    private static Network SmallNetwork(string name, long seed) => Networks.Create(name, 4, seed, CPU);

    private static ImageSet Images(int count, int size)
    {
        using var generator = new Generator(3);
        using var pixels = randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, count).Select(i => i % 4)],
            [.. Enumerable.Range(0, count).Select(i => $"{i}")]
        );
    }
}
