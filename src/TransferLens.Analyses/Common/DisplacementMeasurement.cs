using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Common;

/// <summary>
/// How two models came to be as far apart as they are: the distance between their initial weights
/// |theta_1^0 - theta_2^0|, how far each moved, |d_k| with d_k = theta_k - theta_k^0, and the cosine
/// d_1 . d_2 / (|d_1| |d_2|), in total and per module. Over the parameters before the head: heads begin at random, and
/// differ between targets. Buffers are left out. Accumulated in float64. Distances are at least 0, cosines in [-1, 1].
/// Source: the distance of Neyshabur, Sedghi, Zhang 2020, section 3.3, split into start and displacements.
/// </summary>
/// <remarks>
/// theta_1 - theta_2 = (theta_1^0 - theta_2^0) + d_1 - d_2. So a model trained from random weights is far from another
/// before either is trained, and models from one start are |d_1|^2 + |d_2|^2 - 2 d_1 . d_2 apart, in squares. Distances
/// moved depend on learning rate and epochs: compare them between runs with equal settings.
/// </remarks>
public static class DisplacementMeasurement
{
    /// <summary>Measures how two models moved. For a model that was not trained, pass it as its own start.</summary>
    /// <param name="network">A network of their kind; tells which tensors are parameters, and of which module.</param>
    /// <param name="first">theta_1.</param>
    /// <param name="firstInitial">theta_1^0, the weights before its training.</param>
    /// <param name="second">theta_2.</param>
    /// <param name="secondInitial">theta_2^0.</param>
    /// <exception cref="InputException">
    /// A parameter before the head is missing or differs in shape; the message names it.
    /// </exception>
    public static DisplacementResult Measure(
        Network network,
        StateDict first,
        StateDict firstInitial,
        StateDict second,
        StateDict secondInitial
    )
    {
        var device = DevicePath.DeviceOf(network.Root);
        var parameters = network.named_parameters().Select(parameter => parameter.name).ToList();
        var modules = network
            .Modules.Where(module => module != network.Head)
            .Select(module =>
                (
                    module.Name,
                    Squares: parameters
                        .Where(module.Owns)
                        .Select(name => Measure(name, (first, firstInitial), (second, secondInitial), device))
                        .Aggregate(default(Squares), (sum, one) => sum + one)
                )
            )
            .ToList();
        var total = modules.Aggregate(default(Squares), (sum, module) => sum + module.Squares);
        return new(
            Math.Sqrt(total.Distance),
            Math.Sqrt(total.Began),
            Math.Sqrt(total.First),
            Math.Sqrt(total.Second),
            total.Cosine,
            [
                .. modules.Select(module => new ModuleDisplacement(
                    module.Name,
                    Math.Sqrt(module.Squares.Distance),
                    Math.Sqrt(module.Squares.Began),
                    Math.Sqrt(module.Squares.First),
                    Math.Sqrt(module.Squares.Second),
                    module.Squares.Cosine
                )),
            ]
        );
    }

    private static Squares Measure(
        string name,
        (StateDict Now, StateDict Initial) first,
        (StateDict Now, StateDict Initial) second,
        Device device
    )
    {
        using var scope = NewDisposeScope();
        var (a, b) = DistanceTensors.Find(first.Now, second.Now, name, device);
        var (aInitial, bInitial) = DistanceTensors.Find(first.Initial, second.Initial, name, device);
        DistanceTensors.CheckShapes(a, aInitial, name);
        var (moved, otherMoved) = (a - aInitial, b - bInitial);
        var sums = DistanceTensors.Values([
            (a - b).square().sum(),
            (aInitial - bInitial).square().sum(),
            moved.square().sum(),
            otherMoved.square().sum(),
            (moved * otherMoved).sum(),
        ]);
        return new(sums[0], sums[1], sums[2], sums[3], sums[4]);
    }

    // Sums over parameters: three squared distances and the product of the displacements.
    private readonly record struct Squares(double Distance, double Began, double First, double Second, double Product)
    {
        // Rounding may take the cosine of two equal displacements past 1.
        public double? Cosine =>
            First > 0 && Second > 0 ? Math.Clamp(Product / (Math.Sqrt(First) * Math.Sqrt(Second)), -1, 1) : null;

        public static Squares operator +(Squares a, Squares b) =>
            new(
                a.Distance + b.Distance,
                a.Began + b.Began,
                a.First + b.First,
                a.Second + b.Second,
                a.Product + b.Product
            );
    }
}
