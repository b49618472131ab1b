using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Measures the map of every module along a path.</summary>
internal static class PathMap
{
    private readonly record struct MapPoint(int Step, double Sigma, int Draw);

    /// <summary>Measures the maps of all modules and their scores.</summary>
    public static PathResult Measure(
        string kind,
        Network network,
        IWeightPath path,
        StateDict initial,
        StateDict final,
        ImageSet images,
        EvaluationSettings evaluation,
        PathSettings settings,
        NoiseDirection? noise,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        settings.Check();
        var pair = ModulePair.Create(network, initial, final);
        ImmutableArray<MapPoint> points = [.. Points(path.Positions.Length, settings)];
        using var sweep = new ModuleSweep(network, final);
        var directions = noise ?? GaussianNoise.FromSeed(settings.Seed);
        var measured = sweep.Run(
            [
                .. pair.Modules.Select(module => new ModuleVariants(module, points.Length, () =>
                    Writer(sweep, module, pair.Parameters(module), path, points, settings.Draws, directions, final)
                )),
            ],
            images,
            settings.Examples,
            evaluation,
            progress,
            cancellationToken
        );
        var eps = settings.Eps ?? Math.Min(1, 1 - measured.Trained.Performance.Score + settings.Margin);
        ImmutableArray<ModulePath> modules = [.. pair.Modules.Zip(measured.Variants, (module, tallies) =>
            {
                ImmutableArray<PathPoint> map =
                [
                    .. points
                        .Zip(tallies)
                        .GroupBy(at => (at.First.Step, at.First.Sigma))
                        .Select(draws =>
                            Point(
                                path.Positions[draws.Key.Step],
                                path.Distance(draws.Key.Step, pair.Parameters(module)),
                                draws.Key.Sigma,
                                [.. draws.Select(at => at.Second.Performance)]
                            )
                        ),
                ];
                return new ModulePath(module.Name, pair.Distance(module), CriticalityScore.FromMap(map, eps), map);
            })];
        return new(
            kind,
            measured.Trained.Performance,
            eps,
            measured.Trained.Examples,
            settings.Draws,
            modules,
            pair.HeadLeftOut,
            modules.All(module => module.Score.Mu is not null) ? modules.Sum(module => module.Score.Mu) : null
        );
    }

    // Without noise one draw is enough.
    private static IEnumerable<MapPoint> Points(int steps, PathSettings settings) =>
        from step in Enumerable.Range(0, steps)
        from sigma in settings.Sigmas.Append(0).Distinct().Order()
        from draw in Enumerable.Range(0, sigma == 0 ? 1 : settings.Draws)
        select new MapPoint(step, sigma, draw);

    private static Action<int> Writer(
        ModuleSweep sweep,
        NetworkModule module,
        ImmutableArray<string> parameters,
        IWeightPath path,
        ImmutableArray<MapPoint> points,
        int draws,
        NoiseDirection noise,
        StateDict shapes
    )
    {
        var directions = parameters.ToDictionary(
            name => name,
            name => Enumerable.Range(0, draws).Select(draw => noise(name, shapes[name].shape, draw)).ToArray()
        );
        return index =>
        {
            var point = points[index];
            sweep.Write(module, (name, tensor) =>
            {
                path.Write(point.Step, name, tensor);
                if (point.Sigma > 0 && directions.TryGetValue(name, out var direction))
                {
                    tensor.add_(direction[point.Draw].to(tensor.device), alpha: point.Sigma);
                }
            });
        };
    }

    private static PathPoint Point(
        double position,
        double distance,
        double sigma,
        ImmutableArray<ModulePerformance> draws
    )
    {
        var errors = draws.Select(draw => 1 - draw.Score).ToList();
        var mean = errors.Average();
        double? spread =
            sigma == 0 ? 0
            : draws.Length < 2 ? null
            : Math.Sqrt(errors.Sum(error => (error - mean) * (error - mean)) / (draws.Length - 1) / draws.Length);
        return new(
            position,
            distance,
            sigma,
            mean,
            spread,
            draws.All(draw => draw.Loss is not null) ? draws.Average(draw => draw.Loss) : null
        );
    }
}
