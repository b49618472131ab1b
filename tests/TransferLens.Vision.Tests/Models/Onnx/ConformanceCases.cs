using TransferLens.Tests;

[assembly: AssemblyFixture(typeof(TransferLens.Vision.Tests.Models.Onnx.ConformanceCases))]

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX's conformance cases, which <c>tests/reference/onnx_cases.py</c> generates once for all tests.</summary>
public sealed class ConformanceCases : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lock gate = new();

    /// <summary>The folder of each case, in order of names.</summary>
    internal string[] Folders
    {
        get
        {
            lock (gate)
            {
                if (!Directory.Exists(folder["cases"]))
                {
                    Reference.Run("onnx, numpy", "onnx_cases.py", [folder["cases"]]);
                }
            }

            return [.. Directory.GetDirectories(folder["cases"]).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
