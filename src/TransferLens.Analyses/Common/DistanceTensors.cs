using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Common;

/// <summary>Finds the tensors of a parameter in the models that a distance compares.</summary>
internal static class DistanceTensors
{
    /// <summary>A parameter as stored.</summary>
    /// <exception cref="InputException">It is missing.</exception>
    public static Tensor Find(StateDict weights, string name) =>
        weights.TryGetValue(name, out var tensor)
            ? tensor
            : throw new InputException(
                $"The parameter '{name}' is missing from one of the weights; compare two models of one network."
            );

    /// <summary>A parameter of two models, in float64.</summary>
    /// <param name="first">The first model.</param>
    /// <param name="second">The second.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="device">Where the values are needed.</param>
    /// <exception cref="InputException">It is missing, or has two shapes.</exception>
    public static (Tensor First, Tensor Second) Find(StateDict first, StateDict second, string name, Device device)
    {
        var (a, b) = (Find(first, name), Find(second, name));
        CheckShapes(a, b, name);
        return (On(a), On(b));

        Tensor On(Tensor values) => DevicePath.Upload(values, device).to(float64);
    }

    /// <summary>Values of scalars in float64 on one device, copied from a GPU at once.</summary>
    /// <param name="scalars">The scalars.</param>
    public static double[] Values(IReadOnlyCollection<Tensor> scalars)
    {
        using var scope = NewDisposeScope();
        return scalars.Count == 0 ? [] : stack([.. scalars]).cpu().data<double>().ToArray();
    }

    /// <summary>Checks that a parameter has one shape.</summary>
    /// <exception cref="InputException">It has two.</exception>
    public static void CheckShapes(Tensor first, Tensor second, string name)
    {
        if (!first.shape.SequenceEqual(second.shape))
        {
            throw new InputException(
                $"The parameter '{name}' has shape [{string.Join(", ", first.shape)}] in the first weights and "
                    + $"[{string.Join(", ", second.shape)}] in the second; compare two models of one network."
            );
        }
    }
}
