using System.Diagnostics;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx.Operators;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX's conformance cases, which <c>tests/reference/onnx_cases.py</c> generates.</summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Every_case_of_the_supported_operators_gives_the_expected_outputs()
    {
        Assert.SkipUnless(
            File.Exists(Python) && Run(["-c", "import onnx, numpy"]).Code == 0,
            "ONNX is missing, which generates the cases: apt-get install python3-onnx"
        );
        using var folder = new TemporaryFolder();
        var (code, error) = Run([Checkout.PathOf("tests", "reference", "onnx_cases.py"), folder["cases"]]);
        Assert.True(code == 0, error);
        var cases = Directory.GetDirectories(folder["cases"]).Order().Select(path => new ConformanceCase(path)).ToList();
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
        output.WriteLine(summary);
        List<string> leftOut = [.. LeftOut(cases)];
        leftOut.ForEach(output.WriteLine);
        Assert.Empty(problems);
        Assert.InRange(tried.Count, 1000, int.MaxValue);
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
                var details = group.Select(@case => @case.LeftOut!.Value.Detail).Distinct().Order(StringComparer.Ordinal);
                return $"| {group.Key} | {group.Count()} | {string.Join(", ", details)} |";
            });

    private static (int Code, string Error) Run(string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.Result);
    }
}
