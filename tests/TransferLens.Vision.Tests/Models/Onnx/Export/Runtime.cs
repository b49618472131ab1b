using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Runs files in ONNX Runtime.</summary>
internal static class Runtime
{
    /// <summary>The only output of a file for its only input.</summary>
    /// <param name="path">The file.</param>
    /// <param name="input">The input, float32.</param>
    public static Tensor Compute(string path, Tensor input)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        var whole = input.contiguous();
        using var value = OrtValue.CreateTensorValueFromMemory(whole.data<float>().ToArray(), whole.shape);
        using var run = new RunOptions();
        var inputs = new Dictionary<string, OrtValue> { [session.InputNames.Single()] = value };
        using var results = session.Run(run, inputs, session.OutputNames);
        var output = results.Single();
        return tensor(output.GetTensorDataAsSpan<float>().ToArray()).view(output.GetTensorTypeAndShape().Shape);
    }
}
