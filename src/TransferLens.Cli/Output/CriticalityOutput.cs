using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Metrics;

namespace TransferLens.Cli.Output;

/// <summary>Module criticality as a document and as text.</summary>
internal static class CriticalityOutput
{
    private const string Trained = "all trained";

    /// <summary>The document of <c>--json</c>: the rewinding, and the path if there is one.</summary>
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
            ["trained"] = Performance(rewinding.Trained, key),
            ["modules"] = new JsonArray([.. rewinding.Modules.Select(module => Module(module, path, key))]),
            ["examples"] = rewinding.Examples,
            ["headLeftOut"] = rewinding.HeadLeftOut,
        };
        if (path is not null)
        {
            document["path"] = new JsonObject
            {
                ["kind"] = path.Kind,
                ["trained"] = Performance(path.Trained, pathKey),
                ["eps"] = path.Eps,
                ["draws"] = path.Draws,
                ["examples"] = path.Examples,
                ["score"] = path.Score,
                ["measuredOn"] = measuredOn,
            };
        }

        return document;
    }

    /// <summary>Prints a table and how the path was measured.</summary>
    public static void Print(
        RewindingResult rewinding,
        PathResult? path,
        string? measuredOn,
        string head,
        Metric metric
    )
    {
        var width = Math.Max(
            Trained.Length,
            rewinding.Modules.Select(module => module.Name.Length).DefaultIfEmpty(0).Max()
        );
        var mu = path is null ? "" : "          mu (error bar)";
        var trained = ScoreText.Of(metric, rewinding.Trained.Score);
        Console.WriteLine(
            $"{"rewound".PadRight(width)}  {metric.Name,8}      loss    lost (95 % interval)            distance{mu}"
        );
        Console.WriteLine($"{Trained.PadRight(width)}  {trained,8}  {Loss(rewinding.Trained.Loss)}");
        foreach (var module in rewinding.Modules)
        {
            Print(module, path?.Modules.First(measured => measured.Name == module.Name).Score, width, metric);
        }

        Console.WriteLine($"{rewinding.Examples} images.");
        if (rewinding.HeadLeftOut)
        {
            Console.WriteLine($"The heads ({head}) have different numbers of classes and are left out.");
        }

        if (path is not null)
        {
            var score = path.Score is { } value ? $"{value:0.###}" : "undefined";
            Console.WriteLine($"The {path.Kind} path was measured on {path.Examples} of {measuredOn}.");
            Console.WriteLine($"{path.Draws} draws of the noise, eps {path.Eps:0.0000}. Network score: {score}.");
        }
    }

    private static void Print(RewoundModule module, CriticalityScore? score, int width, Metric metric)
    {
        var interval = $"({ScoreText.Of(metric, module.ScoreLostLow)} to {ScoreText.Of(metric, module.ScoreLostHigh)})";
        var lost = $"{ScoreText.Of(metric, module.ScoreLost)} {interval}";
        var performance = $"{ScoreText.Of(metric, module.Score),8}  {Loss(module.Loss)}";
        var mu = score is null ? "" : $"  {Mu(score)}";
        Console.WriteLine(
            $"{module.Name.PadRight(width)}  {performance}    {lost,-29}  {module.Distance,9:0.000}{mu}"
        );
    }

    private static string Loss(double? loss) => loss is { } value ? $"{value,8:0.0000}" : "not finite";

    private static string Mu(CriticalityScore score)
    {
        if (score.Mu is not { } mu)
        {
            return $"undefined: {score.Undefined}";
        }

        var limit = score.AtLargestSigma ? ", at the largest sigma" : "";
        return $"{mu,10:0.###} ({Limit(score.Low)} to {Limit(score.High)}){limit}";

        static string Limit(double? value) => value is { } number ? $"{number:0.###}" : "-";
    }

    private static JsonObject Performance(ModulePerformance performance, string key) =>
        new() { [key] = performance.Score, ["loss"] = performance.Loss };

    private static JsonObject Module(RewoundModule module, PathResult? path, string key)
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
                    [path.Kind == CriticalitySettings.Direct ? "alpha" : "checkpoint"] = score.Position,
                    ["sigma"] = score.Sigma,
                    ["largestSigma"] = score.AtLargestSigma,
                };
            json["muUndefined"] = score.Undefined;
            json["map"] = new JsonArray([
                .. measured.Map.Select(point => new JsonObject
                {
                    [path.Kind == CriticalitySettings.Direct ? "alpha" : "checkpoint"] = point.Position,
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
