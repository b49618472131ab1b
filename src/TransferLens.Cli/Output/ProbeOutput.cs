using System.Text.Json.Nodes;
using TransferLens.Analyses.Probe;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>What <c>transferlens probe</c> prints.</summary>
internal static class ProbeOutput
{
    /// <summary>The document of <c>--json</c>.</summary>
    public static JsonObject Document(ProbeResult result, Metric metric) => ProbeDocument.Create(result, metric);

    /// <summary>Prints a table over modules, then one or two sentences.</summary>
    public static void Print(ProbeResult result, ProbeSettings settings, Metric metric, TextWriter output)
    {
        var width = Math.Max("module".Length, result.Modules.Max(module => module.Name.Length));
        var random = result.Random is null ? "" : $"  {"random weights",-26}";
        output.WriteLine(
            $"{"module".PadRight(width)}  features  {"logistic regression",-26}  {"C",6}  "
                + $"{$"{result.Modules[0].Knn.K} neighbours",-26}{random}".TrimEnd()
        );
        foreach (var module in result.Modules)
        {
            var logistic = module.Logistic;
            var control = result.Random?.Modules.First(other => other.Name == module.Name).Logistic;
            var line =
                $"{module.Name.PadRight(width)}  {module.Features,8}  "
                + $"{Score(metric, logistic.Score, logistic.Low, logistic.High),-26}  "
                + $"{ProbeWords.Command.Number(logistic.C),6}  "
                + $"{Score(metric, module.Knn.Score, module.Knn.Low, module.Knn.High),-26}  "
                + (control is null ? "" : Score(metric, control.Score, control.Low, control.High));
            output.WriteLine(line.TrimEnd());
        }

        output.WriteLine(
            $"Test {metric.Name} of {result.Test} images with 95 % bootstrap intervals; fitted on {result.Train}."
        );
        output.WriteLine(ProbeWords.Command.Best(result, metric));
        var (given, first) = (settings.C is not null, result.Modules[0].Logistic.C);
        output.WriteLine(ProbeWords.Command.Choice(given, result.Best is not null, first));
        if (ProbeWords.Command.NotConverged(NotConverged(result), given) is { } note)
        {
            output.WriteLine(note);
        }
    }

    private static IEnumerable<string> NotConverged(ProbeResult result) =>
        from weights in new[] { result, result.Random }.OfType<ProbeResult>()
        from module in weights.Modules
        where !module.Logistic.Converged
        select weights == result ? module.Name : $"{module.Name} of random weights";

    private static string Score(Metric metric, double score, double low, double high) =>
        double.IsFinite(low + high)
            ? $"{ScoreText.Of(metric, score)} ({ScoreText.Plain(metric, low)} to {ScoreText.Plain(metric, high)})"
            : ScoreText.Of(metric, score);
}
