using System.Collections.Immutable;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>A path of a module's tensors from their initial values, in steps.</summary>
internal interface IWeightPath
{
    /// <summary>Position of each step: alpha, or an epoch.</summary>
    ImmutableArray<double> Positions { get; }

    /// <summary>Writes the value of a tensor at a step, for parameters and buffers.</summary>
    void Write(int step, string name, Tensor target);

    /// <summary>Euclidean distance of parameters from their initial values at a step.</summary>
    double Distance(int step, ImmutableArray<string> parameters);
}

/// <summary>
/// The straight line. At 0 and 1 it is bit for bit the two end points; integer tensors are the initial ones except at
/// 1.
/// </summary>
internal sealed class DirectPath(StateDict initial, StateDict final, ImmutableArray<double> alphas) : IWeightPath
{
    public ImmutableArray<double> Positions => alphas;

    public void Write(int step, string name, Tensor target)
    {
        var alpha = alphas[step];
        target.copy_(alpha == 1 ? final[name] : initial[name]);
        if (alpha is not (0 or 1) && target.is_floating_point())
        {
            // The same formula as in Interpolation.
            using var scope = NewDisposeScope();
            target.add_((final[name] - initial[name]).to(target.device), alpha: alpha);
        }
    }

    public double Distance(int step, ImmutableArray<string> parameters) =>
        alphas[step] * ModulePair.Between(initial, final, parameters);
}

/// <summary>The checkpoints of a run.</summary>
internal sealed class OptimizationPath(StateDict initial, ImmutableArray<PathCheckpoint> checkpoints) : IWeightPath
{
    public ImmutableArray<double> Positions { get; } = [.. checkpoints.Select(checkpoint => checkpoint.Epoch)];

    public void Write(int step, string name, Tensor target) => target.copy_(checkpoints[step].Weights[name]);

    public double Distance(int step, ImmutableArray<string> parameters) =>
        ModulePair.Between(initial, checkpoints[step].Weights, parameters);
}
