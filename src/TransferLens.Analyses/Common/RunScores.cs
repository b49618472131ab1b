using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Common;

/// <summary>Reads the scores of evaluations in the form in which runs are compared.</summary>
internal static class RunScores
{
    /// <summary>The score of a run on its target's test images.</summary>
    /// <param name="results">Reads the results of tasks.</param>
    /// <param name="evaluate">The run's evaluation.</param>
    /// <param name="metric">
    /// The metric: that of the evaluation, the default of the images, or balanced accuracy.
    /// </param>
    public static ScoreSample Read(this ITaskResults results, TaskSpec evaluate, Metric metric) =>
        ScoreFile.Read(results.Read(evaluate, ScoreFile.Name), metric.JsonKey);
}
