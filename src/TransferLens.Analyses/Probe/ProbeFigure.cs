using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.Probe.ProbeWords.Caption;

namespace TransferLens.Analyses.Probe;

/// <summary>The figure, one curve over modules for each kind of probe, and the table.</summary>
internal static class ProbeFigure
{
    /// <summary>One figure per target.</summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<ProbeTarget> targets) => [.. targets.Select(Chart)];

    /// <summary>A row for each module of each network.</summary>
    public static Table Table(ImmutableArray<ProbeTarget> targets)
    {
        var name = Metric.Names(targets.Select(target => target.Metric));
        return new Table(
            "probe",
            Words.Table,
            [
                "target",
                "weights",
                "module",
                "features",
                $"logistic {name}",
                "logistic low",
                "logistic high",
                "logistic balanced accuracy",
                "logistic loss",
                "c",
                "held-out accuracy",
                "converged",
                $"knn {name}",
                "knn low",
                "knn high",
                "k",
            ],
            [
                .. from target in targets
                from weights in Weights(target)
                from module in weights.Result.Modules
                select Row(target.Target, weights.Name, module),
            ]
        ).Percent(
            targets.Select(target => target.Metric),
            [$"logistic {name}", "logistic balanced accuracy", "held-out accuracy", $"knn {name}"]
        );
    }

    private static IEnumerable<(string Name, ProbeResult Result)> Weights(ProbeTarget target) =>
        target.Result.Random is { } random
            ? [(ProbeTask.Pretrained, target.Result), (ProbeTask.Random, random)]
            : [(ProbeTask.Pretrained, target.Result)];

    private static ImmutableArray<object?> Row(string target, string weights, ProbeModule module) =>
        [
            target,
            weights,
            module.Name,
            (long)module.Features,
            module.Logistic.Score,
            Finite(module.Logistic.Low),
            Finite(module.Logistic.High),
            module.Logistic.BalancedAccuracy,
            Finite(module.Logistic.Loss),
            module.Logistic.C,
            module.Logistic.HeldOut,
            module.Logistic.Converged,
            module.Knn.Score,
            Finite(module.Knn.Low),
            Finite(module.Knn.High),
            (long)module.Knn.K,
        ];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static LineChart Chart(ProbeTarget target)
    {
        var (metric, modules) = (target.Metric, target.Result.Modules);
        var lines = new List<Line>
        {
            Curve(
                Words.Pretrained,
                0,
                modules.Select(module => Drawn(module.Logistic.Score, module.Logistic.Low, module.Logistic.High))
            ),
            Curve(
                Words.Neighbours,
                1,
                modules.Select(module => Drawn(module.Knn.Score, module.Knn.Low, module.Knn.High))
            ),
        };
        if (target.Result.Random is { } random)
        {
            lines.Add(
                Curve(
                    Words.Random,
                    2,
                    random.Modules.Select(module =>
                        Drawn(module.Logistic.Score, module.Logistic.Low, module.Logistic.High)
                    )
                )
            );
        }

        if (target.FineTunedScore is { } score)
        {
            var (value, low, high) = score.DrawnScore();
            lines.Add(Curve(Words.FineTuned(target.FineTuned!.Label), 3, modules.Select(_ => (value, low, high))));
        }

        return new(
            $"probe-{target.Target}",
            Words.Curves(target.Target),
            Words.InWords(target),
            [
                new LinePanel("", "module", metric.Axis("test "), [.. lines])
                {
                    Positions = [.. modules.Select(module => module.Name)],
                },
            ]
        );

        Line Curve(string label, int group, IEnumerable<(double Value, double Low, double High)> values)
        {
            var points = values.ToList();
            return new(
                label,
                group,
                [.. Enumerable.Range(0, points.Count).Select(i => (double)i)],
                [.. points.Select(point => metric.Scale * point.Value)],
                [.. points.Select(point => metric.Scale * point.Low)],
                [.. points.Select(point => metric.Scale * point.High)]
            );
        }
    }

    private static (double Value, double Low, double High) Drawn(double value, double low, double high) =>
        double.IsFinite(low + high) ? (value, low, high) : (value, value, value);
}
