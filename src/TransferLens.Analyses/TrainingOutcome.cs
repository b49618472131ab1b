using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Findings;
using TransferLens.Plans;
using TransferLens.Studies;
using TransferLens.Training;

namespace TransferLens.Analyses;

/// <summary>What a training that an analysis planned came to.</summary>
/// <param name="Diverged">Whether its loss stopped being finite.</param>
/// <param name="Accuracy">Final test accuracy.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="MeanTrainAccuracy">Training accuracy averaged over all epochs: how fast optimization is; null without an epoch.</param>
internal sealed record TrainingOutcome(bool Diverged, double Accuracy, double Low, double High, double? MeanTrainAccuracy)
{
    /// <summary>Reads what a training and its evaluation left.</summary>
    public static TrainingOutcome Read(TaskSpec train, TaskSpec evaluate, ITaskResults results)
    {
        var (trained, evaluated) = (results.Read(train), results.Read(evaluate));
        var epochs = trained["epochs"].Deserialize<ImmutableArray<TrainingEpoch>>(StudyJson.Options);
        return new(
            (string?)trained["status"] == "diverged", (double)evaluated["accuracy"]!, (double)evaluated["accuracy_low"]!, (double)evaluated["accuracy_high"]!,
            Spread.Of(epochs.Select(epoch => epoch.TrainAccuracy).OfType<double>())?.Mean);
    }

    /// <summary>Puts what it came to into an entry of results.json.</summary>
    public JsonObject WriteInto(JsonObject entry)
    {
        entry["status"] = Diverged ? "diverged" : "finished";
        entry["accuracy"] = Accuracy;
        entry["accuracy_low"] = Low;
        entry["accuracy_high"] = High;
        entry["mean_train_accuracy"] = MeanTrainAccuracy;
        return entry;
    }
}

/// <summary>Trainings that differ in their seeds only. Those that diverged count in no mean.</summary>
/// <param name="Trainings">What they came to.</param>
internal sealed record OutcomeGroup(ImmutableArray<TrainingOutcome> Trainings)
{
    /// <summary>Number of trainings that diverged.</summary>
    public int Diverged => Trainings.Count(training => training.Diverged);

    /// <summary>Final test accuracies; null when all diverged.</summary>
    public Spread? Accuracy => Spread.Of(Sound.Select(training => training.Accuracy));

    /// <summary>Training accuracies averaged over epochs; null when there is none.</summary>
    public Spread? MeanTrainAccuracy => Spread.Of(Sound.Select(training => training.MeanTrainAccuracy).OfType<double>());

    /// <summary>
    /// Mean final test accuracy with its range over the trainings, or, of a single one, with its 95 % bootstrap interval:
    /// one training says nothing of the spread between trainings, but its test pictures leave it uncertain too.
    /// </summary>
    public Estimate? Estimate => Accuracy is not { } spread ? null
        : spread.Count > 1 ? new(spread.Mean, spread.Low, spread.High)
        : Sound.Select(training => new Estimate(training.Accuracy, training.Low, training.High)).Single();

    /// <summary>Where a final test accuracy may lie by both the seeds and the test pictures: what the trainings' 95 % bootstrap intervals take in together; null when all diverged.</summary>
    public Spread? Possible => Spread.Of(Sound.Select(training => new Estimate(training.Accuracy, training.Low, training.High)));

    private IEnumerable<TrainingOutcome> Sound => Trainings.Where(training => !training.Diverged);

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() => new()
    {
        ["accuracy"] = Write(Accuracy),
        ["mean_train_accuracy"] = Write(MeanTrainAccuracy),
        ["diverged"] = Diverged,
    };

    /// <summary>How sure a difference between groups is: low when the ranges meet or a group is a single training.</summary>
    public static Confidence Confidence(bool apart, params IEnumerable<OutcomeGroup> groups)
    {
        var fewest = groups.Min(group => group.Accuracy?.Count ?? 0);
        return apart ? Sureness.Of(fewest) : Findings.Confidence.Low;
    }

    private static JsonObject? Write(Spread? spread) => spread is null ? null : new()
    {
        ["mean"] = spread.Mean,
        ["low"] = spread.Low,
        ["high"] = spread.High,
        ["trainings"] = spread.Count,
    };
}
