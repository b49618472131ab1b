using System.Collections.Immutable;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>A way of a module's tensors from their initial values, in steps.</summary>
internal interface IWeightPath
{
    /// <summary>Where each step lies: alpha, or an epoch.</summary>
    ImmutableArray<double> Positions { get; }

    /// <summary>Writes the value of a tensor at a step; buffers move as parameters do.</summary>
    void Write(int step, string name, Tensor target);

    /// <summary>Euclidean distance of parameters from their initial values at a step.</summary>
    double Distance(int step, ImmutableArray<string> parameters);
}

/// <summary>The straight line: at 0 and 1 bit for bit the two ends; integer tensors are the initial ones but at 1.</summary>
internal sealed class DirectPath(StateDict initial, StateDict final, ImmutableArray<double> alphas) : IWeightPath
{
    public ImmutableArray<double> Positions => alphas;

    public void Write(int step, string name, Tensor target)
    {
        var alpha = alphas[step];
        target.copy_(alpha == 1 ? final[name] : initial[name]);
        if (alpha is not (0 or 1) && target.is_floating_point())
        {
            // As Interpolation does it.
            using var scope = NewDisposeScope();
            target.add_((final[name] - initial[name]).to(target.device), alpha: alpha);
        }
    }

    public double Distance(int step, ImmutableArray<string> parameters) =>
        alphas[step] * ModulePair.Between(initial, final, parameters);
}

/// <summary>The checkpoints of a training.</summary>
internal sealed class OptimizationPath(StateDict initial, ImmutableArray<PathCheckpoint> checkpoints) : IWeightPath
{
    public ImmutableArray<double> Positions { get; } = [.. checkpoints.Select(checkpoint => checkpoint.Epoch)];

    public void Write(int step, string name, Tensor target) => target.copy_(checkpoints[step].Weights[name]);

    public double Distance(int step, ImmutableArray<string> parameters) =>
        ModulePair.Between(initial, checkpoints[step].Weights, parameters);
}
