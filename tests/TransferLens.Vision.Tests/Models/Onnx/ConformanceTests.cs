using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Operators;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX's own conformance cases.</summary>
public sealed class ConformanceTests(ConformanceCases generated, ITestOutputHelper output)
{
    [Fact]
    public void Every_case_of_the_supported_operators_gives_the_expected_outputs()
    {
        var cases = generated.Folders.Select(path => new ConformanceCase(path)).ToList();
        var tried = cases.Where(@case => @case.LeftOut is null).ToList();
        var problems = tried
            .Select(@case => (@case.Name, Problem: @case.Problem()))
            .Where(@case => @case.Problem is not null)
            .ToList();
        foreach (var (name, problem) in problems)
        {
            output.WriteLine($"{name}: {problem}");
        }

        var known = OnnxOperators.All.Select(op => op.Name).ToHashSet();
        var operators = tried.SelectMany(@case => @case.Operators).Where(known.Contains).Distinct().Count();
        var summary = $"{tried.Count - problems.Count} of {tried.Count} cases of {operators} ops";
        List<string> leftOut = [.. LeftOut(cases)];
        TestNotes.Write([$"ONNX conformance: {summary}; left out:", .. leftOut], output);
        Assert.Empty(problems);
        Assert.InRange(tried.Count, 684, int.MaxValue);
        var docs = File.ReadAllText(Checkout.PathOf("docs", "onnx.md"));
        Assert.Contains(summary, docs, StringComparison.Ordinal);
        Assert.All(leftOut, row => Assert.Contains(row, docs, StringComparison.Ordinal));
    }

    // Rows of the table in docs/onnx.md.
    private static IEnumerable<string> LeftOut(IEnumerable<ConformanceCase> cases) =>
        cases
            .Where(@case => @case.LeftOut is not null)
            .GroupBy(@case => @case.LeftOut!.Value.Reason, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group =>
            {
                var details = group
                    .Select(@case => @case.LeftOut!.Value.Detail)
                    .Distinct()
                    .Order(StringComparer.Ordinal);
                return $"| {group.Key} | {group.Count()} | {string.Join(", ", details)} |";
            });
}
