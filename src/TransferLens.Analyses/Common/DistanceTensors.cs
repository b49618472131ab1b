using TransferLens.Studies.Inputs;
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
    /// <exception cref="InputException">It is missing, or has two shapes.</exception>
    public static (Tensor First, Tensor Second) Find(StateDict first, StateDict second, string name)
    {
        var (a, b) = (Find(first, name), Find(second, name));
        CheckShapes(a, b, name);
        return (a.to(float64), b.to(float64));
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
