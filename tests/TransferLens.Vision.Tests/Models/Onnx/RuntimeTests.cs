using Microsoft.ML.OnnxRuntime;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Operators in each version of the operator set, against ONNX Runtime.</summary>
public sealed class RuntimeTests(ITestOutputHelper output)
{
    [Fact]
    public void Operators_compute_what_ONNX_Runtime_computes_in_every_opset()
    {
        using var scope = NewDisposeScope();
        var (compared, notThere) = (0, new SortedSet<string>(StringComparer.Ordinal));
        var problems = new List<string>();
        foreach (var @case in RuntimeCases.All())
        {
            for (var opset = @case.From; opset <= @case.To; opset++)
            {
                using var inner = NewDisposeScope();
                if (Expected(@case, opset) is not { } expected)
                {
                    notThere.Add($"{@case.Operator}-{opset}");
                    continue;
                }

                compared++;
                if (Problem(@case, opset, expected) is { } problem)
                {
                    problems.Add($"opset {opset} {@case}: {problem}");
                }
            }
        }

        output.WriteLine($"{compared - problems.Count} of {compared} nodes as in ONNX Runtime");
        output.WriteLine($"not in ONNX Runtime: {string.Join(", ", notThere)}");
        problems.ForEach(output.WriteLine);
        Assert.Empty(problems);
        Assert.InRange(compared, 1000, int.MaxValue);
    }

    private static string? Problem(NodeCase @case, long opset, Tensor[] expected)
    {
        try
        {
            var graph = @case.Model(opset).Graph;
            var given = @case
                .Inputs.Select((input, i) => (input, i))
                .ToDictionary(pair => $"x{pair.i}", pair => pair.input!);
            var found = OnnxEvaluator.Create(graph, "case").Compute(name => given[name], new());
            return found
                .Zip(expected)
                .Select(pair => Difference(pair.First, pair.Second, @case.Tolerance))
                .FirstOrDefault(d => d is not null);
        }
        catch (InputException refused)
        {
            return refused.Message;
        }
    }

    private static string? Difference(Tensor found, Tensor expected, double tolerance)
    {
        if (found.dtype != expected.dtype || !found.shape.SequenceEqual(expected.shape))
        {
            return $"is {Described(found)}, not {Described(expected)}";
        }

        var (a, b) = (found.to(ScalarType.Float64).contiguous(), expected.to(ScalarType.Float64));
        var agrees = a.allclose(b, tolerance, tolerance, equal_nan: true);
        return agrees ? null : $"differs by {(a - b).abs().max().item<double>():g3}";
    }

    private static string Described(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";

    // Null when ONNX Runtime does not have the operator in this version.
    private static Tensor[]? Expected(NodeCase @case, long opset)
    {
        using var bytes = new MemoryStream();
        OnnxFile.Write(@case.Model(opset), bytes);
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var session = new InferenceSession(bytes.ToArray(), options);
            var inputs = session.InputNames.ToDictionary(
                name => name,
                name => Value(@case.Inputs[int.Parse(name[1..])]!)
            );
            using var run = new RunOptions();
            using var results = session.Run(run, inputs, session.OutputNames);
            return [.. results.Select(ToTensor)];
        }
        catch (OnnxRuntimeException failure) when (IsAbsent(failure))
        {
            return null;
        }
    }

    private static bool IsAbsent(OnnxRuntimeException failure) =>
        failure.Message.Contains("NOT_IMPLEMENTED", StringComparison.OrdinalIgnoreCase)
        || failure.Message.Contains("NotImplemented", StringComparison.Ordinal);

    private static OrtValue Value(Tensor input)
    {
        var whole = input.contiguous();
        return whole.dtype switch
        {
            ScalarType.Float32 => OrtValue.CreateTensorValueFromMemory(whole.data<float>().ToArray(), whole.shape),
            ScalarType.Int64 => OrtValue.CreateTensorValueFromMemory(whole.data<long>().ToArray(), whole.shape),
            _ => OrtValue.CreateTensorValueFromMemory(whole.data<bool>().ToArray(), whole.shape),
        };
    }

    private static Tensor ToTensor(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var stored = new OnnxTensor
        {
            Element = OnnxElement.Find((long)info.ElementDataType)!,
            Shape = [.. info.Shape],
            Raw = value.GetTensorDataAsSpan<byte>().ToArray(),
        };
        return stored.ToTensor();
    }
}
