using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Probes;

namespace TransferLens.Analyses.Probe;

/// <summary>
/// Probes: what the features of a frozen network's modules already know about a data set. A module's features are its
/// output in evaluation mode, averaged over positions (maps: height and width; tokens: the class token, or the mean of
/// the patches where there is none), float32 and not standardized. On the features of training images two classifiers
/// are fitted and measured on test images:
/// <list type="bullet">
/// <item>Logistic regression minimizes (1/2) |W|^2 + C sum_i CE(W x_i + b, y_i), b not penalized. C is one of 10^-6,
/// 10^-5, ..., 10^6: the most accurate on a stratified fifth of the training images, ties to the smaller. Then all
/// training images are fitted. Test images choose nothing.</item>
/// <item>k nearest neighbours vote by exp(s / 0.07), s their cosine similarity (Caron et al. 2021).</item>
/// </list>
/// Each label of multi-label images has a logistic regression of its own. The control is the same network with random
/// weights: what the architecture alone gives. Source: Alain and Bengio 2016.
/// </summary>
public static class ProbeMeasurement
{
    /// <summary>Seed of the random weights of the control unless another is given.</summary>
    public const int DefaultRandomSeed = 0;

    /// <summary>Probes all modules of a network but the head.</summary>
    /// <param name="network">The network; its weights and mode do not change. Its head is not used.</param>
    /// <param name="train">Training images.</param>
    /// <param name="test">Test images, with the classes of the training images.</param>
    /// <param name="evaluation">Normalization, batch size, precision and metric.</param>
    /// <param name="settings">C, number of neighbours and seed of the held-out fifth; null for the defaults.</param>
    /// <param name="control">The network with random weights; null for no control.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between batches and steps.</param>
    /// <exception cref="InputException">
    /// The images have other classes, a setting is out of range, or the metric does not fit the images.
    /// </exception>
    public static ProbeResult Measure(
        Network network,
        ImageSet train,
        ImageSet test,
        EvaluationSettings evaluation,
        ProbeSettings? settings = null,
        Network? control = null,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        settings ??= new();
        Check(train, test, evaluation, settings);
        var parts = control is null ? 1 : 2;
        var own = Probe(network, 0);
        return control is null ? own : own with { Random = Probe(control, 1) };

        ProbeResult Probe(Network probed, int part)
        {
            // Features take most of the time.
            var (start, share) = (part / (double)parts, 1.0 / parts);
            var own = evaluation.Section($"network {part}");
            var ofTrain = Extract(probed, train, own.Section("train"), start, 0.4 * share);
            var ofTest = Extract(probed, test, own.Section("test"), start + (0.4 * share), 0.3 * share);
            return Compute(
                new(ofTrain, train.Labels, ofTest, test),
                own,
                settings,
                Part(start + (0.7 * share), 0.3 * share),
                cancellationToken
            ).Result;
        }

        ImmutableArray<FeatureMatrix> Extract(
            Network probed,
            ImageSet images,
            EvaluationSettings own,
            double from,
            double share
        ) => ModuleFeatures.Extract(probed, images, own, Part(from, share), cancellationToken);

        IProgress<TaskProgress>? Part(double from, double share) =>
            progress is null ? null : new PartialProgress(progress, from, share);
    }

    /// <summary>Probes features that have already been computed.</summary>
    /// <param name="features">The features of all modules.</param>
    /// <param name="evaluation">The metric, and where a task keeps the probes that are fitted.</param>
    /// <param name="settings">C, number of neighbours and seed.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    /// <returns>The result, and the scores of each module in the form in which they are compared.</returns>
    internal static (ProbeResult Result, ImmutableArray<ProbeScores> Scores) Compute(
        ProbeFeatures features,
        EvaluationSettings evaluation,
        ProbeSettings settings,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var (train, test) = (features.Train, features.Test);
        Check(train[0].Count, features.Labels, features.TestImages, evaluation, settings);
        var (modules, scores) = (new List<ProbeModule>(), new List<ProbeScores>());
        for (var i = 0; i < train.Length; i++)
        {
            progress?.Report(new(i / (double)train.Length, $"fitting probes of {train[i].Module}"));
            var own = evaluation.Section(train[i].Module);
            var (module, score) = Fit(train[i], test[i], features, own, settings, cancellationToken);
            modules.Add(module);
            scores.Add(score);
        }

        progress?.Report(new(1, $"{train.Length} modules probed"));
        return (new([.. modules], train[0].Count, test[0].Count), [.. scores]);
    }

    private static (ProbeModule Module, ProbeScores Scores) Fit(
        FeatureMatrix train,
        FeatureMatrix test,
        ProbeFeatures features,
        EvaluationSettings evaluation,
        ProbeSettings settings,
        CancellationToken cancellationToken
    )
    {
        var (images, labels) = (features.TestImages, features.Labels);
        var classes = images.Classes.Length;
        var count = Math.Min(settings.Neighbours, labels.Count);
        var parts = evaluation.PartialResults;
        if (FittedProbes.Read(parts) is not { } fit)
        {
            fit = Classify(train, test, labels, classes, count, settings, parts, cancellationToken);
            fit.Write(parts);
        }

        var logistic = Evaluator.Of(fit.Logits, classes, images, evaluation);
        var knn = Evaluator.Of(fit.Votes, classes, images, evaluation);
        var (ofLogistic, ofKnn) = (ImageScore.Of(logistic, images.Labels), ImageScore.Of(knn, images.Labels));
        var (interval, ofVotes) = (Bootstrap.Interval(ofLogistic), Bootstrap.Interval(ofKnn));
        return (
            new(
                train.Module,
                train.Width,
                new(
                    logistic.Score,
                    interval.Low,
                    interval.High,
                    Balanced(logistic, images.Labels),
                    logistic.Loss,
                    fit.C,
                    fit.HeldOut,
                    fit.Converged
                ),
                new(knn.Score, ofVotes.Low, ofVotes.High, Balanced(knn, images.Labels), count)
            ),
            new(train.Module, ScoreSample.FromScore(ofLogistic), ScoreSample.FromScore(ofKnn))
        );
    }

    private static FittedProbes Classify(
        FeatureMatrix train,
        FeatureMatrix test,
        ImageLabels labels,
        int classes,
        int neighbours,
        ProbeSettings settings,
        PartialResults parts,
        CancellationToken cancellationToken
    )
    {
        using var known = train.ToTensor();
        using var asked = test.ToTensor();
        using var fit = ProbeFit.Create(
            known,
            labels,
            classes,
            settings.C,
            settings.Seed,
            parts.Section("logistic"),
            cancellationToken
        );
        var votes = NearestNeighbours.Votes(
            known,
            labels,
            classes,
            asked,
            neighbours,
            parts.Section("knn"),
            cancellationToken
        );
        var (c, converged) = (fit.Classifier.C, fit.Classifier.Converged);
        double? heldOut = fit.HeldOut.IsEmpty ? null : fit.HeldOut.First(tried => tried.C == c).Accuracy;
        return new(fit.Classifier.Logits(asked), votes, c, heldOut, converged);
    }

    private static double? Balanced(EvaluationResult evaluation, ImageLabels labels) =>
        labels.IsMultiLabel ? null : new BalancedAccuracyMetric().Score(evaluation, labels).Value;

    private static void Check(ImageSet train, ImageSet test, EvaluationSettings evaluation, ProbeSettings settings)
    {
        if (!train.Classes.SequenceEqual(test.Classes))
        {
            throw new InputException(
                $"The training images have the classes {string.Join(", ", train.Classes)} and the test images "
                    + $"{string.Join(", ", test.Classes)}; give both the same, in the same order."
            );
        }

        Check(train.Count, train.Labels, test, evaluation, settings);
    }

    private static void Check(
        int images,
        ImageLabels labels,
        ImageSet test,
        EvaluationSettings evaluation,
        ProbeSettings settings
    )
    {
        evaluation.Metric?.CheckFits(test.Labels.IsMultiLabel, test.Classes.Length);
        if (images != labels.Count || labels.IsMultiLabel != test.Labels.IsMultiLabel)
        {
            throw new InputException(
                "The labels do not fit the features; give training and test images with the same kind of labels."
            );
        }

        if (settings.C is { } c && !(c > 0 && double.IsFinite(c)))
        {
            throw new InputException($"C is {c}, but must be above 0 and finite.");
        }

        if (settings.Neighbours < 1)
        {
            throw new InputException($"The number of neighbours is {settings.Neighbours}, but must be at least 1.");
        }
    }
}

/// <summary>The features of all modules on training and test images.</summary>
/// <param name="Train">Of the training images, one matrix for each module.</param>
/// <param name="Labels">Labels of the training images.</param>
/// <param name="Test">Of the test images, in the same order of modules.</param>
/// <param name="TestImages">The test images: their classes and labels.</param>
internal sealed record ProbeFeatures(
    ImmutableArray<FeatureMatrix> Train,
    ImageLabels Labels,
    ImmutableArray<FeatureMatrix> Test,
    ImageSet TestImages
);

/// <summary>The scores of a module's probes in the form in which they are compared.</summary>
/// <param name="Module">The module's name.</param>
/// <param name="Logistic">Logistic regression.</param>
/// <param name="Knn">Nearest neighbours.</param>
internal sealed record ProbeScores(string Module, ScoreSample Logistic, ScoreSample Knn);
