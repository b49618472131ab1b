using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Computing graphs: training, gradients and lifetimes.</summary>
public sealed class OnnxEvaluatorTests
{
    [Fact]
    public void Training_normalizes_by_the_batch_and_updates_the_statistics_as_PyTorch_does()
    {
        using var scope = NewDisposeScope();
        var module = nn.BatchNorm2d(3, eps: 1e-3, momentum: 0.2);
        var images = randn(4, 3, 5, 5);
        var values = new Dictionary<string, Tensor>
        {
            ["x0"] = images,
            ["x1"] = ones(3),
            ["x2"] = zeros(3),
            ["x3"] = zeros(3),
            ["x4"] = ones(3),
        };
        // The file asks for evaluation; the run decides.
        var node = new NodeCase("BatchNormalization", 15, 15, [.. values.Values])
            .With("momentum", 0.8)
            .With("epsilon", 1e-3);
        var evaluator = OnnxEvaluator.Create(node.Model(15).Graph, "case");
        var output = evaluator.Compute(name => values[name], new(OnnxMode.Training)).Single();
        Assert.True(output.allclose(module.call(images), 1e-5, 1e-6));
        Assert.True(values["x3"].allclose(module.running_mean!, 1e-5, 1e-6));
        Assert.True(values["x4"].allclose(module.running_var!, 1e-5, 1e-6));
        module.eval();
        output = evaluator.Compute(name => values[name], new()).Single();
        Assert.True(output.allclose(module.call(images), 1e-5, 1e-6));
    }

    [Fact]
    public void Dropout_acts_in_training_with_a_generator_only()
    {
        using var scope = NewDisposeScope();
        var input = ones(1000);
        var node = new NodeCase("Dropout", 12, 12, input, tensor(0.25f), tensor(false)) { Outputs = 2 };
        var evaluator = OnnxEvaluator.Create(node.Model(12).Graph, "case");
        Tensor[] Run(OnnxRun run) => evaluator.Compute(name => node.Inputs[int.Parse(name[1..])]!, run);
        Assert.True(Run(new()).First().equal(input).all().item<bool>());
        Assert.True(Run(new(OnnxMode.Training)).First().equal(input).all().item<bool>());
        var dropped = Run(new(OnnxMode.Training, new Generator(1)));
        Assert.InRange(dropped[1].to(ScalarType.Float32).mean().item<float>(), 0.7, 0.8);
        Assert.True(dropped[0].allclose(dropped[1].to(ScalarType.Float32) / 0.75, 1e-6, 1e-6));
    }

    [Fact]
    public void Gradients_of_every_operator_are_those_of_differences()
    {
        using var scope = NewDisposeScope();
        var (checkedNodes, problems) = (0, new List<string>());
        foreach (var @case in RuntimeCases.All().Where(Differentiable))
        {
            using var inner = NewDisposeScope();
            checkedNodes++;
            if (Disagreement(@case) is { } problem)
            {
                problems.Add($"{@case}: {problem}");
            }
        }

        Assert.Empty(problems);
        Assert.InRange(checkedNodes, 100, int.MaxValue);
    }

    [Fact]
    public void Nothing_but_the_outputs_stays_alive()
    {
        using var outer = NewDisposeScope();
        var model = Sample.Network();
        var stored = model.Graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor());
        stored["x"] = ones(2, 3, 4, 4);
        var nodes = model.Graph.Nodes.Select(node => node with { Opset = 16 });
        var evaluator = new OnnxEvaluator(nodes, ["c", "y", "y"], "case");
        Assert.Equal(["x", "w", "v"], evaluator.Taken);
        var before = Tensor.TotalCount;
        var outputs = evaluator.Compute(name => stored[name], new());
        Assert.Equal(before + 3, Tensor.TotalCount);
        Assert.Equal([2, 5], outputs[2].shape);
    }

    // Slopes along one direction, by float64.
    private static bool Differentiable(NodeCase @case) =>
        @case.Inputs is [{ dtype: ScalarType.Float32 } first, ..]
        && first.isfinite().all().item<bool>()
        && @case.Operator
            is not (
                "Cast"
                or "Hardmax"
                or "ArgMax"
                or "ArgMin"
                or "NonZero"
                or "EyeLike"
                or "Range"
                or "Shape"
                or "IsInf"
            );

    private static string? Disagreement(NodeCase @case)
    {
        Tensor?[] inputs =
        [
            .. @case.Inputs.Select(input =>
                input is { dtype: ScalarType.Float32 } ? input.to(ScalarType.Float64) : input
            ),
        ];
        var evaluator = OnnxEvaluator.Create(@case.Model(@case.To).Graph, "case");
        Tensor Value(Tensor first) =>
            evaluator
                .Compute(name => name == "x0" ? first : inputs[int.Parse(name[1..])]!, new())[0]
                .to(ScalarType.Float64)
                .sin()
                .sum();

        var start = inputs[0]!.clone().requires_grad_(true);
        BackwardPass.Run(Value(start));
        var direction = randn(start.shape, ScalarType.Float64, generator: new Generator(3));
        var slope = (start.grad! * direction).sum().item<double>();
        using var frozen = no_grad();
        const double step = 1e-6;
        var difference = Value(start + (direction * step)) - Value(start - (direction * step));
        var expected = difference.item<double>() / (2 * step);
        return Math.Abs(slope - expected) <= 1e-5 * (1 + Math.Abs(expected)) ? null : $"{slope}, not {expected}";
    }
}
