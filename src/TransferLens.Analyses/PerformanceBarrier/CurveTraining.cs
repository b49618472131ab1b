using TorchSharp.Modules;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Trains the middle of a <see cref="BezierCurve"/>, epoch by epoch.</summary>
internal sealed class CurveTraining : IDisposable
{
    private readonly Network network;
    private readonly ImageSet images;
    private readonly TrainingRecipe recipe;
    private readonly int epochs;
    private readonly FrozenParts frozen;
    private readonly Optimizer optimizer;
    private readonly StateDict start;
    private readonly TrainingFolder files;
    private readonly CurvePoint point;
    private readonly Dictionary<string, Parameter> middle = new(StringComparer.Ordinal);

    /// <summary>Starts halfway between two models.</summary>
    /// <param name="network">A network of their kind, whose weights are changed.</param>
    /// <param name="ends">The models.</param>
    /// <param name="images">Training images.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="epochs">Passes over the images.</param>
    /// <param name="folder">Where to resume from.</param>
    public CurveTraining(
        Network network,
        (StateDict First, StateDict Second) ends,
        ImageSet images,
        TrainingRecipe recipe,
        int epochs,
        string folder
    )
    {
        (this.network, this.images, this.epochs) = (network, images, epochs);
        this.recipe = recipe with { Settings = Unfrozen(recipe.Settings, images.Labels.IsMultiLabel) };
        // Running statistics start there too.
        LinearInterpolation.Write(network, ends.First, ends.Second, 0.5);
        foreach (var (name, parameter) in network.named_parameters())
        {
            middle[name] = new Parameter(parameter.detach().clone().DetachFromDisposeScope());
        }

        frozen = new(network, this.recipe.Settings);
        start = StateDict.Of(network);
        optimizer = new(
            this.recipe.Settings.Optimizer,
            [
                .. ParameterGroup
                    .Split(network, this.recipe.Settings, frozen, null)
                    .Select(group =>
                        group with
                        {
                            Parameters = [.. group.Parameters.Select(own => (own.Name, middle[own.Name]))],
                        }
                    ),
            ],
            start
        );
        files = new(folder, Metric.DefaultFor(images.Labels.IsMultiLabel));
        point = new(network, ends, middle);
    }

    /// <summary>Trains; the network ends with the weights of the middle.</summary>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <returns>Whether the loss stayed finite.</returns>
    public bool Run(IProgress<TaskProgress>? progress, CancellationToken cancellationToken)
    {
        var state = files.Restore(network, optimizer) ?? new(0, [new(0, null, null, null, null, null)], [], 0);
        Copy(toNetwork: false);
        for (var epoch = state.Epochs.Length - 1; epoch < epochs; epoch++)
        {
            point.Start(recipe.Seed, epoch);
            var rate = RateAt(epoch);
            var done = epoch;
            var pass = TrainingPass.Run(
                network,
                frozen,
                point,
                images,
                recipe,
                optimizer,
                epoch,
                rate,
                share => progress?.Report(new((done + share) / epochs, $"curve, epoch {done + 1}/{epochs}")),
                cancellationToken
            );
            if (!pass.Finite)
            {
                return false;
            }

            Copy(toNetwork: true);
            state = state with
            {
                Steps = state.Steps + pass.Steps,
                Epochs = state.Epochs.Add(new(epoch + 1, rate, pass.Loss, pass.Score, null, null)),
            };
            using var weights = StateDict.Of(network);
            files.Save(state, weights, optimizer, null);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        start.Dispose();
        frozen.Dispose();
        foreach (var parameter in middle.Values)
        {
            parameter.Dispose();
        }
    }

    private static TrainingSettings Unfrozen(TrainingSettings settings, bool isMultiLabel) =>
        settings.WithDefaultLoss(isMultiLabel) with
        {
            Freeze = null,
            Adapt = null,
            Lora = null,
            Head = null,
        };

    // The recipe's schedule over its own epochs, read at the same share of the way.
    private double RateAt(int epoch)
    {
        var own = Math.Max(1, recipe.Settings.Epochs);
        var at = (int)((long)epoch * own / epochs);
        return LearningRateSchedule.At(recipe.Settings.Schedule, recipe.LearningRate, at, own);
    }

    private void Copy(bool toNetwork)
    {
        using var without = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            _ = toNetwork ? parameter.copy_(middle[name]) : middle[name].copy_(parameter);
        }
    }
}
