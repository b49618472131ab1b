using System.Runtime.CompilerServices;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>The settings of a run's training, read once: a study may have thousands of pairs.</summary>
internal sealed class RunRecipe
{
    private static readonly ConditionalWeakTable<TaskSpec, RunRecipe> Known = [];

    private RunRecipe(TrainTaskSettings settings)
    {
        Settings = settings;
        // Which checkpoints are kept or tested changes nothing about the weights.
        var training = settings.Training with
        {
            Keep = [],
            KeepEvery = 0,
            KeepBest = false,
            EvaluateEvery = null,
        };
        Text = TaskSettings.Write(new Optimization(settings.LearningRate, training)).ToJsonString();
    }

    /// <summary>All settings of the training task.</summary>
    public TrainTaskSettings Settings { get; }

    /// <summary>
    /// What decides how the weights are optimized, as JSON: the learning rate and all training settings but those on
    /// which checkpoints are kept or tested. Seeds, initial weights and images are left out. Equal texts mean equal
    /// settings.
    /// </summary>
    public string Text { get; }

    /// <summary>The recipe of a run.</summary>
    public static RunRecipe Of(PlannedRun run) =>
        Known.GetValue(run.Train, task => new(TaskSettings.Read<TrainTaskSettings>(task.Settings)));

    private sealed record Optimization(double LearningRate, TrainingSettings Training);
}
