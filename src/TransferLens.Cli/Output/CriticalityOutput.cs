using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Output;

/// <summary>Module criticality as a document and as text.</summary>
internal static class CriticalityOutput
{
    /// <summary>For <c>--json</c>: the rewinding, and the path if there is one.</summary>
    /// <param name="rewinding">The rewinding.</param>
    /// <param name="path">The path, or null.</param>
    /// <param name="measuredOn">The images that the path was measured on, in words.</param>
    /// <param name="key">The name of the rewinding's scores.</param>
    /// <param name="pathKey">The name of the path's score, which is of the images' default metric.</param>
    public static JsonObject Document(
        RewindingResult rewinding,
        PathResult? path,
        string? measuredOn,
        string key,
        string pathKey
    )
    {
        var document = new JsonObject
        {
            ["trained"] = Of(rewinding.Trained, key),
            ["modules"] = new JsonArray([.. rewinding.Modules.Select(module => Of(module, path, key))]),
            ["examples"] = rewinding.Examples,
            ["headLeftOut"] = rewinding.HeadLeftOut,
        };
        if (path is not null)
        {
            document["path"] = new JsonObject
            {
                ["kind"] = path.Kind,
                ["trained"] = Of(path.Trained, pathKey),
                ["eps"] = path.Eps,
                ["draws"] = path.Draws,
                ["examples"] = path.Examples,
                ["score"] = path.Score,
                ["measuredOn"] = measuredOn,
            };
        }

        return document;
    }

    /// <summary>As a table.</summary>
    public static void Print(
        RewindingResult rewinding,
        PathResult? path,
        string? measuredOn,
        string head,
        Metric metric
    )
    {
        var width = Math.Max(
            "all trained".Length,
            rewinding.Modules.Select(module => module.Name.Length).DefaultIfEmpty(0).Max()
        );
        Console.WriteLine(
            $"{"rewound".PadRight(width)}  {metric.Name, 8}      loss    lost (95 % interval)            distance{(path is null ? "" : "          mu (error bar)")}"
        );
        Console.WriteLine(
            $"{"all trained".PadRight(width)}  {ScoreText.Of(metric, rewinding.Trained.Score), 8}  {Loss(rewinding.Trained.Loss)}"
        );
        foreach (var module in rewinding.Modules)
        {
            var score = path is null ? "" : $"  {Mu(path.Modules.First(m => m.Name == module.Name).Score)}";
            var lost =
                $"{ScoreText.Of(metric, module.ScoreLost)} ({ScoreText.Of(metric, module.ScoreLostLow)} to {ScoreText.Of(metric, module.ScoreLostHigh)})";
            Console.WriteLine(
                $"{module.Name.PadRight(width)}  {ScoreText.Of(metric, module.Score), 8}  {Loss(module.Loss)}    {lost, -29}  {module.Distance, 9:0.000}{score}"
            );
        }

        Console.WriteLine($"{rewinding.Examples} images.");
        if (rewinding.HeadLeftOut)
        {
            Console.WriteLine($"The heads ({head}) have different numbers of classes and are left out.");
        }

        if (path is not null)
        {
            Console.WriteLine(
                $"The {path.Kind} path was measured on {path.Examples} of {measuredOn}: {path.Draws} draws of the noise, eps {path.Eps:0.0000}. The network's score is {(path.Score is { } score ? $"{score:0.###}" : "undefined")}."
            );
        }
    }

    private static string Loss(double? loss) => loss is { } value ? $"{value, 8:0.0000}" : "not finite";

    private static string Mu(CriticalityScore score) =>
        score.Mu is not { } mu
            ? $"undefined: {score.Undefined}"
            : $"{mu, 10:0.###} ({(score.Low is { } low ? $"{low:0.###}" : "-")} to {(score.High is { } high ? $"{high:0.###}" : "-")}){(score.AtLargestSigma ? ", at the largest sigma" : "")}";

    private static JsonObject Of(ModulePerformance performance, string key) =>
        new() { [key] = performance.Score, ["loss"] = performance.Loss };

    private static JsonObject Of(RewoundModule module, PathResult? path, string key)
    {
        var json = new JsonObject
        {
            ["name"] = module.Name,
            ["rewound"] = new JsonObject { [key] = module.Score, ["loss"] = module.Loss },
            [$"{key}Lost"] = new JsonObject
            {
                ["mean"] = module.ScoreLost,
                ["low"] = module.ScoreLostLow,
                ["high"] = module.ScoreLostHigh,
            },
            ["distance"] = module.Distance,
        };
        if (path?.Modules.First(m => m.Name == module.Name) is { Score: var score } measured)
        {
            json["mu"] = score.Mu;
            json["muLow"] = score.Low;
            json["muHigh"] = score.High;
            json["muAt"] = score.Mu is null
                ? null
                : new JsonObject
                {
                    [path.Kind == "direct" ? "alpha" : "checkpoint"] = score.Position,
                    ["sigma"] = score.Sigma,
                    ["largestSigma"] = score.AtLargestSigma,
                };
            json["muUndefined"] = score.Undefined;
            json["map"] = new JsonArray([
                .. measured.Map.Select(point => new JsonObject
                {
                    [path.Kind == "direct" ? "alpha" : "checkpoint"] = point.Position,
                    ["sigma"] = point.Sigma,
                    ["distance"] = point.Distance,
                    ["error"] = point.Error,
                    ["standardError"] = point.StandardError,
                    ["loss"] = point.Loss,
                }),
            ]);
        }

        return json;
    }
}
