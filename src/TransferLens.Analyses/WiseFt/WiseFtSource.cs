using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The source of a study that trains P itself: its images, and P's evaluation on them.</summary>
/// <param name="Evaluate">Evaluates P on the source's test images.</param>
/// <param name="Inputs">The images as inputs of a task.</param>
internal sealed record WiseFtSource(TaskSpec Evaluate, (string Role, TaskSpec Task)[] Inputs)
{
    /// <summary>The source; null when P comes from files, whose source is not part of the study.</summary>
    public static WiseFtSource? Create(PlannedStudy study)
    {
        if (study.Pretraining is not { } pretraining || !pretraining.Inputs.TryGetValue("test", out var test))
        {
            return null;
        }

        var settings = TaskSettings.Read<TrainTaskSettings>(pretraining.Settings);
        // The number of source test images is not known here; usually it is a fifth of the training images, of which
        // each step costs three.
        var pass = pretraining.Cost / (settings.Training.Epochs + 1) / 16;
        return new(
            StudyTasks.Evaluate(
                new(study.Study.Network, settings.Classes, "last", settings.Normalize, settings.Training.Precision),
                pretraining,
                test,
                "evaluate the last epoch of P on the source",
                pass
            ),
            [(WiseFtTask.SourceImages, test), (WiseFtTask.SourceRecalibrateOn, pretraining.Inputs["train"])]
        );
    }

    /// <summary>Forward passes at one alpha: raw, recalibrated, and over the training images.</summary>
    /// <param name="recalibrationImages">The most training images; null for all.</param>
    public double Cost(int? recalibrationImages) => (2 * Evaluate.Cost) + (recalibrationImages ?? (5 * Evaluate.Cost));
}
