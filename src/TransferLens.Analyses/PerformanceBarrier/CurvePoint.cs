using TorchSharp.Modules;
using TransferLens.Vision.Models;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Puts a network at a random point of the curve before each batch, and gives the gradient there to the middle.
/// </summary>
/// <param name="network">The network that is moved along the curve.</param>
/// <param name="ends">The models at both ends.</param>
/// <param name="middle">The middle of the curve by parameter name.</param>
internal sealed class CurvePoint(
    Network network,
    (StateDict First, StateDict Second) ends,
    IReadOnlyDictionary<string, Parameter> middle
) : IWeightUpdates
{
    private NumpyRandom random = new(0);
    private double t;

    /// <summary>Starts an epoch.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Start(int seed, int epoch) => random = new((uint)DerivedSeed.Of(seed, epoch, DerivedSeed.Curve));

    /// <inheritdoc/>
    public void Prepare()
    {
        t = random.Uniform();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (first, between, second) = BezierCurve.Weights(t);
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter
                .copy_(middle[name])
                .mul_(between)
                .add_(ends.First[name].to(parameter.device), alpha: first)
                .add_(ends.Second[name].to(parameter.device), alpha: second);
        }
    }

    /// <inheritdoc/>
    public void TakeGradients()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (_, share, _) = BezierCurve.Weights(t);
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (parameter.grad is { } gradient)
            {
                middle[name].grad = gradient.mul(share);
            }
        }
    }

    /// <inheritdoc/>
    public void Merge() { }
}
