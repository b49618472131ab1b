using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>One pass over the training images.</summary>
/// <param name="Finite">Whether the loss of every batch was finite; the pass ends with the first that is not.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Loss">Mean loss of the images during the pass, in nats.</param>
/// <param name="Score">Score of the images during the pass, by their metric; with mixup, both labels count by their
/// weights. Null if no label has an AUC.</param>
internal sealed record TrainingPass(bool Finite, int Steps, double Loss, double? Score)
{
    /// <summary>
    /// Trains for one epoch. A last batch of a single image is skipped, since batch normalization needs two.
    /// </summary>
    public static TrainingPass Run(
        Network network,
        FrozenParts frozen,
        IWeightUpdates? updates,
        ImageSet train,
        TrainingRecipe recipe,
        Optimizer optimizer,
        int epoch,
        double rate,
        Action<double> progress,
        CancellationToken cancellationToken
    )
    {
        var settings = recipe.Settings;
        var order = RandomFor(DerivedSeed.Order).Permutation(train.Count);
        order = order.Length % settings.BatchSize == 1 && order.Length > 1 ? order[..^1] : order;
        var mixing = RandomFor(DerivedSeed.MixupStream);
        using var augmenting = new Generator(DerivedSeed.Of(recipe.Seed, epoch, DerivedSeed.Augment));
        using var dropping = Dropout.Enable(network, DerivedSeed.Of(recipe.Seed, epoch, DerivedSeed.Dropout));
        Func<Tensor, Tensor>? augment =
            settings.Augment == AugmentSettings.None
                ? null
                : pixels => Augmentation.Apply(pixels, settings.Augment, augmenting);
        var (loss, done, steps) = (0.0, 0, 0);
        TrainingScore score = train.Labels.IsMultiLabel ? new RunningAuc(train.Classes.Length) : new RunningAccuracy();
        var weights = settings.ClassWeights is null
            ? null
            : BalancedClasses.Weights(train.Labels, train.Classes.Length);
        frozen.Train();
        var device = DevicePath.DeviceOf(network.Root);
        foreach (
            var batch in train.BatchesOn(device, settings.BatchSize, recipe.Normalize, order, augment, recipe.Shuffle)
        )
        {
            using var owned = batch;
            cancellationToken.ThrowIfCancellationRequested();
            var mixup = settings.MixupAlpha > 0 ? Mixup.Draw(settings.MixupAlpha, batch.Indices.Length, mixing) : null;
            updates?.Prepare();
            var batchLoss = Backward(network, batch, mixup, settings, weights, score);
            (loss, done, steps) = (loss + batchLoss, done + batch.Indices.Length, steps + 1);
            if (!double.IsFinite(batchLoss))
            {
                return new(false, steps, loss, score.Value);
            }

            updates?.TakeGradients();
            optimizer.Step(rate);
            updates?.Merge();
            progress(done / (double)order.Length);
        }

        return new(true, steps, loss / done, score.Value);

        NumpyRandom RandomFor(int purpose) => new((uint)DerivedSeed.Of(recipe.Seed, epoch, purpose));
    }

    // Returns the loss summed over the batch. The gradients are those of the mean loss.
    private static double Backward(
        Network network,
        ImageBatch batch,
        Mixup? mixup,
        TrainingSettings settings,
        double[]? weights,
        TrainingScore score
    )
    {
        using var scope = NewDisposeScope();
        network.Root.zero_grad();
        var (images, labels) = (batch.Images, batch.Labels);
        var others = mixup?.Others(labels) ?? labels;
        images = mixup?.Blend(images) ?? images;
        var logits = network.forward(
            settings.Precision == Precision.Bfloat16 ? images.to(ScalarType.BFloat16) : images
        );
        var loss = LossOf(labels);
        if (mixup is not null)
        {
            loss = (loss * mixup.Share) + (LossOf(others) * (1 - mixup.Share));
        }

        var measured = score.Measure(logits, labels, others);
        BackwardPass.Run(loss / batch.Indices.Length);

        // The only point of a step at which a GPU is waited for.
        var numbers = cat([loss.detach().view(1).to(ScalarType.Float64), measured]).cpu().data<double>().ToArray();
        score.Add(numbers.AsSpan(1), batch.Indices.Length, mixup?.Share ?? 1);
        return numbers[0];

        // Summed over the batch; a weighted loss is a mean, which is brought to the same scale.
        Tensor LossOf(Tensor targets) =>
            weights is null
                ? Losses.Sum(settings.Loss, logits, targets)
                : Losses.WeightedMean(logits, targets, weights) * batch.Indices.Length;
    }
}
