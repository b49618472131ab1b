using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Operators;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>What <c>docs/onnx.md</c> says about the operators.</summary>
public sealed class OnnxDocsTests
{
    [Fact]
    public void Docs_list_every_operator_with_its_opsets_and_types()
    {
        var docs = File.ReadAllText(Checkout.PathOf("docs", "onnx.md"));
        List<string> rows = [.. OnnxOperators.All.Select(Row)];
        var missing = rows.Where(row => !docs.Contains(row, StringComparison.Ordinal)).ToList();
        Assert.True(missing.Count == 0, $"docs/onnx.md lacks:\n{string.Join('\n', missing)}");
        var table = docs[docs.IndexOf("## Operators", StringComparison.Ordinal)..];
        var listed = table.Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal));
        Assert.Equal(rows.Count, listed);
    }

    [Fact]
    public void Every_operator_is_declared_once()
    {
        Assert.Distinct(OnnxOperators.All.Select(op => op.Name));
        Assert.All(OnnxOperators.All, op => Assert.InRange(op.Until, op.Since, OnnxOperator.NewestOpset));
    }

    private static string Row(OnnxOperator op) => $"| `{op.Name}` | {op.Since} to {op.Until} | {op.Types.Name} |";
}
