using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// Trains a classifier by the protocol of the paper's released code: shuffled batches, one learning rate per epoch,
/// test metrics after every epoch unless fewer are wanted, checkpoints from epoch 0 on. Equal recipe, network, images,
/// machine and number of threads give equal bits, also after an interruption.
/// </summary>
public static class Trainer
{
    /// <summary>Trains a network in place; it ends with the weights of the last epoch.</summary>
    /// <param name="network">The network, with its initial weights.</param>
    /// <param name="train">Training images, at least two.</param>
    /// <param name="test">Test images, evaluated after the epochs that the recipe selects.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="folder">An existing folder for checkpoints. Called again with the same arguments, for example
    /// after a crash, the training run resumes after its last complete epoch.</param>
    /// <param name="progress">Receives the progress; may be null.</param>
    /// <param name="cancellationToken">Cancels the evaluation; checked between batches.</param>
    /// <returns>The curve. A run whose loss is no longer finite has diverged: it ends early, with the weights of its
    /// last finite epoch.</returns>
    /// <exception cref="InputException">The recipe does not fit the network or the images.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; <paramref name="folder"/> allows
    /// resuming.</exception>
    public static TrainingCurve Train(
        Network network,
        ImageSet train,
        ImageSet test,
        TrainingRecipe recipe,
        string folder,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        CheckLoss(recipe, train, test);
        CheckClassWeights(recipe, train);
        var files = new TrainingFolder(folder, Metric.DefaultFor(test.Labels.IsMultiLabel));
        using var momentum = new StatisticsMomentum(network, recipe.Settings.BatchNormMomentum);
        using var frozen = new FrozenParts(network, recipe.Settings);
        StartHead(network, train, recipe, files, cancellationToken);
        using var updates = recipe.Settings.Lora is { } lora
            ? new LowRankUpdates(frozen.Adapted, lora, recipe.InitSeed ?? recipe.Seed)
            : null;
        using var initial = InitialWeights(network, updates);
        using var optimizer = new Optimizer(
            recipe.Settings.Optimizer,
            ParameterGroup.Split(network, recipe.Settings, frozen, updates),
            initial
        );
        var state = files.Restore(network, optimizer, updates)
            ?? Begin(network, test, recipe, files, optimizer, updates, cancellationToken);
        while (state.Epochs[^1].Epoch < recipe.Settings.Epochs && !state.Diverged)
        {
            state = RunEpoch(
                network,
                frozen,
                updates,
                train,
                test,
                recipe,
                files,
                optimizer,
                state,
                progress,
                cancellationToken
            );
        }

        return Finish(network, recipe, files, state);
    }

    // The probe is not fitted again where a run resumes: its head is in the first checkpoint.
    private static void StartHead(
        Network network,
        ImageSet train,
        TrainingRecipe recipe,
        TrainingFolder files,
        CancellationToken cancellationToken
    )
    {
        if (recipe.Settings.Head != HeadStart.Probe)
        {
            return;
        }

        if (files.HasSaved)
        {
            using var start = files.ReadInitial();
            start.CopyTo(network);
        }
        else
        {
            new LinearHead(network).Fit(train, Before(recipe, "head"), cancellationToken);
        }
    }

    private static StateDict InitialWeights(Network network, LowRankUpdates? updates)
    {
        var weights = StateDict.Of(network);
        if (updates is null)
        {
            return weights;
        }

        using (weights)
        {
            using var scope = NewDisposeScope();
            return new(
                weights
                    .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone()))
                    .Concat(updates.State())
                    .ToList()
            );
        }
    }

    private static void CheckLoss(TrainingRecipe recipe, ImageSet train, ImageSet test)
    {
        if (train.Labels.IsMultiLabel != test.Labels.IsMultiLabel)
        {
            throw new InputException(
                "Training and test images must have the same kind of labels: one class each, or multi-label."
            );
        }

        if (train.Labels.IsMultiLabel && recipe.Settings.Loss == Loss.CrossEntropy)
        {
            throw new InputException(
                "Cross-entropy needs images with one class each, but these are multi-label; use binary cross-entropy."
            );
        }
    }

    private static void CheckClassWeights(TrainingRecipe recipe, ImageSet train)
    {
        if (
            recipe.Settings.ClassWeights is not null
            && (train.Labels.IsMultiLabel || recipe.Settings.Loss == Loss.BinaryCrossEntropy)
        )
        {
            throw new InputException(
                "Class weights need cross-entropy over images of one class each; train without them, or with that loss."
            );
        }
    }

    private static EvaluationSettings Before(TrainingRecipe recipe, string step) =>
        recipe.Evaluation with
        {
            PartialResults = recipe.PartialResults.Section(step),
        };

    private static TrainingFolder.State Begin(
        Network network,
        ImageSet test,
        TrainingRecipe recipe,
        TrainingFolder files,
        Optimizer optimizer,
        LowRankUpdates? updates,
        CancellationToken cancellationToken
    )
    {
        var measured = Evaluator.Evaluate(network, test, Before(recipe, "start"), null, cancellationToken);
        using var weights = StateDict.Of(network);
        files.SaveCheckpoint(0, weights);
        var start = new TrainingEpoch(0, null, null, null, Finite(measured.Loss), measured.Score)
        {
            ValidationScore = Validate(network, recipe, cancellationToken),
        };
        var state = new TrainingFolder.State(0, [start], [0], 0);
        files.Save(state, weights, optimizer, updates);
        return state;
    }

    private static TrainingFolder.State RunEpoch(
        Network network,
        FrozenParts frozen,
        LowRankUpdates? updates,
        ImageSet train,
        ImageSet test,
        TrainingRecipe recipe,
        TrainingFolder files,
        Optimizer optimizer,
        TrainingFolder.State before,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var epoch = before.Epochs[^1].Epoch + 1;
        var metric = Metric.DefaultFor(test.Labels.IsMultiLabel);
        var score = before.Epochs.Select(one => one.TestScore).Last(known => known is not null);
        var rate = LearningRateSchedule.At(
            recipe.Settings.Schedule,
            recipe.LearningRate,
            epoch - 1,
            recipe.Settings.Epochs
        );
        var description = $"epoch {epoch}/{recipe.Settings.Epochs}, test {metric.Name} {score:0.000}";
        var pass = TrainingPass.Run(
            network,
            frozen,
            updates,
            train,
            recipe,
            optimizer,
            epoch - 1,
            rate,
            done => progress?.Report(new((epoch - 1 + done) / recipe.Settings.Epochs, description)),
            cancellationToken
        );
        var evaluates = recipe.Evaluates(epoch);
        var measured =
            pass.Finite && evaluates
                ? Evaluator.Evaluate(network, test, recipe.Evaluation, null, cancellationToken)
                : null;
        // In an epoch that is not tested, the loss of a batch of test images tells what that of all would.
        var isFinite =
            pass.Finite
            && (evaluates ? double.IsFinite(measured!.Loss) : IsFinite(network, test, recipe, cancellationToken));
        if (!isFinite)
        {
            return before with
            {
                Epochs = before.Epochs.Add(new(epoch, rate, Finite(pass.Loss), pass.Score, null, null)),
                Diverged = true,
            };
        }

        using var weights = StateDict.Of(network);
        var (kept, best) = (before.Kept, before.Best);
        var validated = evaluates ? Validate(network, recipe, cancellationToken) : null;
        var better = (validated ?? measured?.Score) > ChosenBy(before.Epochs[best]);
        if (recipe.Keeps(epoch) || (better && recipe.Settings.KeepBest))
        {
            files.SaveCheckpoint(epoch, weights);
            kept = kept.Add(epoch);
        }

        best = better ? epoch : best;
        var superseded = kept.Where(k => k != best && !recipe.Keeps(k)).ToList();
        var state = new TrainingFolder.State(
            before.Steps + pass.Steps,
            before.Epochs.Add(
                new(epoch, rate, pass.Loss, pass.Score, measured?.Loss, measured?.Score) { ValidationScore = validated }
            ),
            [.. kept.Except(superseded)],
            best
        );
        if (epoch == recipe.Settings.Epochs)
        {
            files.CacheLogits(measured!);
        }

        files.Save(state, weights, optimizer, updates);
        superseded.ForEach(files.DeleteCheckpoint);
        return state;
    }

    private static TrainingCurve Finish(
        Network network,
        TrainingRecipe recipe,
        TrainingFolder files,
        TrainingFolder.State state
    )
    {
        var diverged = state.Diverged;
        if (diverged)
        {
            // The weights of the diverged epoch are useless; those of the epoch before were saved.
            using var unused = StateDict.Of(network);
            using var optimizer = new Optimizer(recipe.Settings.Optimizer, [], unused);
            files.Restore(network, optimizer);
        }

        var last = state.Epochs[^1].Epoch - (diverged ? 1 : 0);
        if (!state.Kept.Contains(last))
        {
            using var weights = StateDict.Of(network);
            files.SaveCheckpoint(last, weights);
        }

        return new(diverged, state.Epochs, [.. state.Kept.Append(last).Distinct().Order()], last, state.Best);
    }

    private static bool IsFinite(
        Network network,
        ImageSet test,
        TrainingRecipe recipe,
        CancellationToken cancellationToken
    )
    {
        using var batch = new ImageSubset(
            test,
            [.. Enumerable.Range(0, Math.Min(test.Count, recipe.Evaluation.BatchSize))]
        );
        return double.IsFinite(
            Evaluator.Evaluate(network, batch, recipe.Evaluation, null, cancellationToken).Loss
        );
    }

    // The best epoch is chosen on the validation images where there are some.
    private static double? ChosenBy(TrainingEpoch epoch) => epoch.ValidationScore ?? epoch.TestScore;

    private static double? Validate(Network network, TrainingRecipe recipe, CancellationToken cancellationToken) =>
        recipe.Validation is { } images
            ? Evaluator.Evaluate(network, images, recipe.Evaluation, null, cancellationToken).Score
            : null;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
