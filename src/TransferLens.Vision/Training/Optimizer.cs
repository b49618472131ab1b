using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// SGD with momentum as in PyTorch (Sutskever et al. 2013, dampening 0), or AdamW (Loshchilov and Hutter 2019). Its
/// state is plain named tensors, so that a training run can resume after a crash.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    private readonly OptimizerSettings settings;
    private readonly ImmutableArray<ParameterGroup> groups;
    private readonly Dictionary<string, Tensor> state = new(StringComparer.Ordinal);
    private readonly StateDict initial;
    private readonly Dictionary<string, Tensor> anchors = new(StringComparer.Ordinal);
    private long steps;

    /// <summary>Creates an optimizer with a state of zeros.</summary>
    /// <param name="settings">The optimizer's settings.</param>
    /// <param name="groups">The parameters to train, in groups.</param>
    /// <param name="initial">The initial weights, for penalties towards them. They stay the caller's.</param>
    /// <exception cref="InputException">The optimizer is unknown.</exception>
    public Optimizer(OptimizerSettings settings, ImmutableArray<ParameterGroup> groups, StateDict initial)
    {
        (this.settings, this.groups, this.initial) = (settings, groups, initial);
        string[] moments = settings.Name switch
        {
            "sgd" => settings.Momentum > 0 ? ["momentum"] : [],
            "adamw" => ["first", "second"],
            _ => throw new InputException(
                $"The optimizer '{settings.Name}' is not known; the optimizers are sgd and adamw."
            ),
        };
        foreach (var (name, parameter) in groups.SelectMany(group => group.Parameters))
        {
            foreach (var moment in moments)
            {
                state[$"{moment}.{name}"] = zeros(parameter.shape, device: parameter.device).DetachFromDisposeScope();
            }
        }
    }

    /// <summary>A copy of the state, for a file.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        state.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone()));

    /// <summary>Restores a state that was saved after a number of steps.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> saved, long stepsDone)
    {
        using var frozen = no_grad();
        foreach (var (name, tensor) in state)
        {
            tensor.copy_(saved[name]);
        }

        steps = stepsDone;
    }

    /// <summary>Takes one step. It may change the gradients in place.</summary>
    /// <param name="rate">Learning rate of this step, before the groups' scales.</param>
    public void Step(double rate)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        steps++;
        foreach (var (rule, parameters) in groups.Where(group => group.Rule.LearningRateScale != 0))
        {
            var decay = rule.WeightDecay ?? settings.WeightDecay;
            foreach (var (name, parameter) in parameters)
            {
                if (parameter.grad is { } gradient)
                {
                    AddPenalty(rule, name, parameter, gradient);
                    Update(name, parameter, gradient, rate * rule.LearningRateScale, decay);
                }
            }
        }
    }

    // The gradient of c |w - w*|^2 is 2 c (w - w*).
    private void AddPenalty(ParameterGroupSettings rule, string name, Tensor parameter, Tensor gradient)
    {
        if (rule.L2 != 0)
        {
            var distance = rule.L2Toward == "initial" ? parameter - Initial(name, parameter) : parameter;
            gradient.add_(distance, alpha: 2 * rule.L2);
        }
    }

    // Kept on the parameter's device: copying it to a GPU takes longer than the step.
    private Tensor Initial(string name, Tensor parameter)
    {
        if (!anchors.TryGetValue(name, out var anchor))
        {
            anchors[name] = anchor = initial[name].to(parameter.device).DetachFromDisposeScope();
        }

        return anchor;
    }

    private void Update(string name, Tensor parameter, Tensor gradient, double rate, double decay)
    {
        if (settings.Name == "adamw")
        {
            var (first, second) = (state[$"first.{name}"], state[$"second.{name}"]);
            parameter.mul_(1 - (rate * decay));
            first.mul_(settings.Beta1).add_(gradient, alpha: 1 - settings.Beta1);
            second.mul_(settings.Beta2).addcmul_(gradient, gradient, 1 - settings.Beta2);
            var scale = (second / (1 - Math.Pow(settings.Beta2, steps))).sqrt_().add_(settings.Epsilon);
            parameter.addcdiv_(first, scale, -rate / (1 - Math.Pow(settings.Beta1, steps)));
            return;
        }

        if (decay != 0)
        {
            gradient.add_(parameter, alpha: decay);
        }

        if (settings.Momentum > 0)
        {
            var momentum = state[$"momentum.{name}"];
            momentum.mul_(settings.Momentum).add_(gradient);
            gradient = settings.Nesterov ? gradient.add_(momentum, alpha: settings.Momentum) : momentum;
        }

        parameter.add_(gradient, alpha: -rate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in state.Values.Concat(anchors.Values))
        {
            tensor.Dispose();
        }
    }
}
