using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Common;

/// <summary>
/// Euclidean distance in parameter space, |theta_1 - theta_2|, in total and per module, with the norm of each model.
/// Range: at least 0 (equal). Buffers are left out; so is the head when the two models have different classes.
/// Accumulated in float64. Source: Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 2.
/// </summary>
/// <remarks>
/// Networks that compute the same function can be far apart: units may be permuted, or scales moved between layers.
/// </remarks>
public static class DistanceMeasurement
{
    /// <summary>Measures the distance between two models.</summary>
    /// <param name="network">A network of their kind; tells which tensors are parameters, and of which module.</param>
    /// <param name="first">theta_1.</param>
    /// <param name="second">theta_2.</param>
    /// <param name="otherHeads">Leave the heads out whatever their shapes: they belong to different targets.</param>
    /// <exception cref="InputException">
    /// A parameter is missing, or one outside the head differs in shape; the message names it.
    /// </exception>
    public static DistanceResult Measure(Network network, StateDict first, StateDict second, bool otherHeads = false)
    {
        var parameters = network.named_parameters().Select(parameter => parameter.name).ToList();
        var head = parameters.Where(network.Head.Owns).ToList();
        var headLeftOut =
            otherHeads
            || head.Any(name =>
                !DistanceTensors.Find(first, name).shape.SequenceEqual(DistanceTensors.Find(second, name).shape)
            );
        var device = DevicePath.DeviceOf(network.Root);
        var squares = network
            .Modules.Where(module => !(headLeftOut && module == network.Head))
            .Select(module => Squares(module.Name, parameters.Where(module.Owns), first, second, device))
            .ToList();
        return new(
            Math.Sqrt(squares.Sum(s => s.Distance)),
            Math.Sqrt(squares.Sum(s => s.First)),
            Math.Sqrt(squares.Sum(s => s.Second)),
            headLeftOut,
            [
                .. squares.Select(s => new ModuleDistance(
                    s.Name,
                    Math.Sqrt(s.Distance),
                    Math.Sqrt(s.First),
                    Math.Sqrt(s.Second)
                )),
            ]
        );
    }

    private static (string Name, double Distance, double First, double Second) Squares(
        string module,
        IEnumerable<string> names,
        StateDict first,
        StateDict second,
        Device device
    )
    {
        using var scope = NewDisposeScope();
        var sums = new List<Tensor>();
        foreach (var name in names)
        {
            using var step = NewDisposeScope();
            var (a, b) = DistanceTensors.Find(first, second, name, device);
            sums.AddRange(new[] { a - b, a, b }.Select(values => values.square().sum().MoveToOuterDisposeScope()));
        }

        return DistanceTensors
            .Values(sums)
            .Chunk(3)
            .Aggregate((Name: module, Distance: 0.0, First: 0.0, Second: 0.0), (sum, one) =>
                (module, sum.Distance + one[0], sum.First + one[1], sum.Second + one[2])
            );
    }
}
