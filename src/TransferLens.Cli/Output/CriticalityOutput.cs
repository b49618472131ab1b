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
    /// <param name="note">What running statistics were recomputed from, or null.</param>
    /// <param name="key">The name of the rewinding's scores.</param>
    /// <param name="pathKey">The name of the path's score, which is of the images' default metric.</param>
    public static JsonObject Document(
        RewindingResult rewinding,
        PathResult? path,
        string? measuredOn,
        RecalibrationNote? note,
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
        if (rewinding.TrainedRecalibrated is { } recalibrated)
        {
            document["trainedRecalibrated"] = Performance(recalibrated, key);
        }

        RecalibrationNote.AddTo(document, note);
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
                ["undefinedModules"] = path.UndefinedModules,
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
        RecalibrationNote? note,
        string head,
        Metric metric
    )
    {
        var width = Math.Max(
            Trained.Length,
            rewinding.Modules.Select(module => module.Name.Length).DefaultIfEmpty(0).Max()
        );
        var mu = path is null ? "" : "          mu (error bar)";
        var recalibrated = note is null ? "" : $"  {Header("recalibrated")}";
        Console.WriteLine($"{"rewound".PadRight(width)}  {Header(metric.Name)}{recalibrated}   distance{mu}");
        Console.WriteLine($"{Trained.PadRight(width)}  {AllTrained(rewinding, metric)}".TrimEnd());
        foreach (var module in rewinding.Modules)
        {
            Print(module, path?.Modules.First(measured => measured.Name == module.Name).Score, width, metric);
        }

        Console.WriteLine($"{rewinding.Examples} images.");
        RecalibrationNote.Print(note);
        if (rewinding.HeadLeftOut)
        {
            Console.WriteLine($"The heads ({head}) have different numbers of classes and are left out.");
        }

        if (path is not null)
        {
            Console.WriteLine($"The {path.Kind} path was measured on {path.Examples} of {measuredOn}.");
            Console.WriteLine($"{path.Draws} draws of the noise, eps {path.Eps:0.0000}. Network score: {Score(path)}.");
        }
    }

    private static string Score(PathResult path) =>
        path.Score is { } value
            ? $"{value:0.###}"
            : $"undefined, because mu is undefined in {path.UndefinedModules} of {path.Modules.Length} modules";

    private static void Print(RewoundModule module, CriticalityScore? score, int width, Metric metric)
    {
        var raw = new RewoundScore(
            module.Score,
            module.Loss,
            module.ScoreLost,
            module.ScoreLostLow,
            module.ScoreLostHigh
        );
        var recalibrated = module.Recalibrated is { } measured ? $"  {Columns(measured, metric)}" : "";
        var mu = score is null ? "" : $"  {Mu(score)}";
        Console.WriteLine(
            $"{module.Name.PadRight(width)}  {Columns(raw, metric)}{recalibrated}  {module.Distance,9:0.000}{mu}"
        );
    }

    // Score, loss, and score lost with its interval: once with the statistics as they are, once recalibrated.
    private static string Header(string score) => $"{score,12}        loss  {"lost (95 % interval)",-29}";

    private static string Columns(RewoundScore measured, Metric metric)
    {
        var (low, high) = (ScoreText.Of(metric, measured.ScoreLostLow), ScoreText.Of(metric, measured.ScoreLostHigh));
        var lost = $"{ScoreText.Of(metric, measured.ScoreLost)} ({low} to {high})";
        return $"{Columns(new ModulePerformance(measured.Score, measured.Loss), metric)}  {lost,-29}";
    }

    private static string Columns(ModulePerformance measured, Metric metric) =>
        $"{ScoreText.Of(metric, measured.Score),12}  {Loss(measured.Loss),10}";

    private static string AllTrained(RewindingResult rewinding, Metric metric)
    {
        var raw = Columns(rewinding.Trained, metric);
        return rewinding.TrainedRecalibrated is { } recalibrated
            ? $"{raw}  {"",-29}  {Columns(recalibrated, metric)}"
            : raw;
    }

    private static string Loss(double? loss) => loss is { } value ? $"{value:0.0000}" : "not finite";

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

    private static JsonObject Lost(double mean, double low, double high) =>
        new()
        {
            ["mean"] = mean,
            ["low"] = low,
            ["high"] = high,
        };

    private static JsonObject Recalibrated(RewoundScore measured, string key)
    {
        var json = Performance(new(measured.Score, measured.Loss), key);
        json[$"{key}Lost"] = Lost(measured.ScoreLost, measured.ScoreLostLow, measured.ScoreLostHigh);
        return json;
    }

    private static JsonObject Module(RewoundModule module, PathResult? path, string key)
    {
        var json = new JsonObject
        {
            ["name"] = module.Name,
            ["rewound"] = Performance(new(module.Score, module.Loss), key),
            [$"{key}Lost"] = Lost(module.ScoreLost, module.ScoreLostLow, module.ScoreLostHigh),
            ["distance"] = module.Distance,
        };
        if (module.Recalibrated is { } recalibrated)
        {
            json["recalibrated"] = Recalibrated(recalibrated, key);
        }

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
