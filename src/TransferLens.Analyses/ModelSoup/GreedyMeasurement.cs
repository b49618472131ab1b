using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// Makes a <see cref="GreedySoup"/>. The first member is the best one, as it is. Every further soup is the uniform
/// average of its members, with running statistics of batch normalization recomputed. Before a member is tried, the
/// barrier on the line from the soup to it is measured, so that it can be compared with the outcome.
/// </summary>
public static class GreedyMeasurement
{
    /// <summary>Points on the line from a soup to the member that is tried, ends included.</summary>
    public const int LinePoints = 5;

    /// <summary>Chooses the members.</summary>
    /// <param name="network">A network of the members' kind to compute with; its weights are restored.</param>
    /// <param name="members">At least two; all with the same names and shapes.</param>
    /// <param name="validation">
    /// Validation images, held out of training and test; labels below the network's classes.
    /// </param>
    /// <param name="settings">How the network is evaluated.</param>
    /// <param name="recalibrateOn">
    /// Training images to recompute batch normalization's statistics from; null for averaged statistics. Ignored for
    /// networks without batch normalization.
    /// </param>
    /// <param name="recalibrationImages">The most of them to use; null for all.</param>
    /// <param name="recalibrationBatch">The most images in a batch of the recalibration.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    /// <exception cref="InputException">There are fewer than two, or they do not have the same tensors.</exception>
    public static GreedySoup Select(
        Network network,
        IReadOnlyList<StateDict> members,
        ImageSet validation,
        EvaluationSettings settings,
        ImageSet? recalibrateOn = null,
        int? recalibrationImages = null,
        int recalibrationBatch = Recalibration.DefaultBatch,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count < 2)
        {
            throw new InputException(
                $"There are weights of {members.Count} model, but a soup needs those of at least two."
            );
        }

        var statisticsFrom = Recalibration.Applies(network) ? recalibrateOn : null;
        double[] own = [.. members.Select((member, i) => Score(member, null, $"member {i}"))];
        int[] order = [.. Enumerable.Range(0, members.Count).OrderByDescending(i => Comparable(own[i]))];
        var steps = new List<GreedyStep> { new(order[0], own[order[0]], own[order[0]], true, null, double.NaN) };
        var (added, best) = (new List<StateDict> { members[order[0]] }, own[order[0]]);
        foreach (var i in order.Skip(1))
        {
            var barrier = Barrier(members[i], $"line to {i}");
            using var average = SoupMeasurement.Average([.. added, members[i]]);
            var score = Score(average, statisticsFrom, $"with {i}");
            var isAdded = score >= best;
            steps.Add(new(i, own[i], score, isAdded, barrier.Score, barrier.Loss));
            if (isAdded)
            {
                added.Add(members[i]);
                best = score;
            }

            progress?.Report(new(steps.Count / (double)members.Count, $"member {steps.Count} of {members.Count}"));
        }

        return new([.. steps], best);

        double Score(StateDict model, ImageSet? recomputeOn, string name)
        {
            using var evaluator = new MixtureEvaluator(
                network,
                [model],
                validation,
                settings.Section(name),
                recomputeOn,
                recalibrationImages,
                recalibrationBatch,
                cancellationToken
            );
            return evaluator.Measure([1]).Score;
        }

        BarrierHeight Barrier(StateDict member, string name)
        {
            using var soup = SoupMeasurement.Average(added);
            return BarrierMeasurement
                .Measure(
                    network,
                    soup,
                    member,
                    BarrierMeasurement.Grid(LinePoints),
                    validation,
                    settings.Section(name),
                    statisticsFrom,
                    recalibrationImages,
                    recalibrationBatch,
                    cancellationToken: cancellationToken
                )
                .Barrier;
        }
    }

    // A score that is not a number comes last.
    private static double Comparable(double score) => double.IsNaN(score) ? double.NegativeInfinity : score;
}
