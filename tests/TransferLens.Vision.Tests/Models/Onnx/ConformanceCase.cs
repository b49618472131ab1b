using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>One of ONNX's conformance cases, as <c>tests/reference/onnx_cases.py</c> writes it.</summary>
internal sealed class ConformanceCase
{
    // ONNX's own tolerances.
    private const double Relative = 1e-3;
    private const double Absolute = 1e-7;

    private static readonly HashSet<string> Known = [.. OnnxOperators.All.Select(op => op.Name)];

    private readonly string folder;
    private readonly OnnxModel model;

    public ConformanceCase(string folder)
    {
        this.folder = folder;
        model = OnnxFile.ReadUnchecked(Path.Combine(folder, "model.onnx"));
    }

    /// <summary>The case's name, without <c>test_</c>.</summary>
    public string Name => Path.GetFileName(folder)["test_".Length..];

    /// <summary>The operators in its graph.</summary>
    public IEnumerable<string> Operators => model.Graph.Nodes.Select(node => node.Operator).Distinct();

    /// <summary>Why it cannot pass, and which operators or types are the cause; null when it must pass.</summary>
    public (string Reason, string Detail)? LeftOut
    {
        get
        {
            var training = model.Graph.Nodes.Where(node => node.Domain.Length > 0).ToList();
            var unknown = model.Graph.Nodes.Where(node => !Known.Contains(node.Operator)).ToList();
            var values = model.Graph.Inputs.Concat(model.Graph.Outputs).ToList();
            var element = values
                .Select(value => value.Type?.Tensor?.Element)
                .FirstOrDefault(element => element is { Scalar: null });
            return training is [var first, ..] ? ("operators of other domains", first.Domain)
                : unknown is [var op, ..] ? ("operators that are not supported", op.Operator)
                : values.Any(value => value.Type?.Tensor is null)
                    ? ("values that are not tensors", "sequences, optional values")
                : element is not null ? ("elements of types that TorchSharp lacks", element.Name)
                : Name.Contains("FLOAT_to_BFLOAT16", StringComparison.Ordinal)
                    ? ("bfloat16 cut off by the cases, where ONNX rounds since 1.13", "Cast, CastLike")
                : Name.StartsWith("training_dropout", StringComparison.Ordinal) && !Name.Contains("zero_ratio")
                    ? ("random numbers, which ONNX does not define", "Dropout")
                : null;
        }
    }

    /// <summary>Computes the case; null when the outputs are those expected, otherwise what differs.</summary>
    public string? Problem()
    {
        try
        {
            using var scope = NewDisposeScope();
            var outputs = Compute();
            return Enumerable
                .Range(0, outputs.Length)
                .Select(i => Difference(outputs[i], Tensor($"output_{i}.pb")))
                .FirstOrDefault(difference => difference is not null);
        }
        catch (InputException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Computes the case, whatever comes of it; null when it was not refused.</summary>
    public InputException? Refusal()
    {
        try
        {
            using var scope = NewDisposeScope();
            Compute();
            return null;
        }
        catch (InputException refused)
        {
            return refused;
        }
    }

    private Tensor[] Compute()
    {
        var path = Path.Combine(folder, "model.onnx");
        var graph = OnnxFile.Read(path).Graph;
        var given = graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor());
        for (var i = 0; i < graph.Inputs.Length; i++)
        {
            given[graph.Inputs[i].Name] = Tensor($"input_{i}.pb");
        }

        return OnnxEvaluator.Create(graph, path).Compute(name => given[name], new(OnnxMode.AsStored));
    }

    private Tensor Tensor(string file) => OnnxFile.ReadTensor(Path.Combine(folder, file)).ToTensor();

    private static string? Difference(Tensor found, Tensor expected)
    {
        if (found.dtype != expected.dtype || !found.shape.SequenceEqual(expected.shape))
        {
            return $"is {found.dtype} [{string.Join(", ", found.shape)}] instead of {expected.dtype} "
                + $"[{string.Join(", ", expected.shape)}]";
        }

        var (a, b) = (Numbers(found), Numbers(expected));
        var tolerance = expected.is_floating_point() ? (Relative, Absolute) : (0, 0);
        var worst = a.Zip(b).FirstOrDefault(pair => !Agree(pair.First, pair.Second, tolerance), (0, 0));
        return worst == (0, 0) ? null : $"has {worst.Item1} instead of {worst.Item2}";
    }

    private static bool Agree(double found, double expected, (double Relative, double Absolute) tolerance) =>
        found.Equals(expected)
        || Math.Abs(found - expected) <= tolerance.Absolute + (tolerance.Relative * Math.Abs(expected));

    private static double[] Numbers(Tensor tensor) => [.. tensor.to(ScalarType.Float64).contiguous().data<double>()];
}
