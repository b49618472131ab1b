using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Findings;
using TransferLens.Plans;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary><see cref="FeatureReuse"/> as part of a study: further trainings of its first run from P and its first from random weights.</summary>
public sealed class FeatureReuseAnalysis : IAnalysis
{
    private sealed record Chosen(ImmutableArray<string> BlockSizes, ImmutableArray<int> Seeds, ImmutableArray<int> RunSeeds);

    /// <inheritdoc/>
    public string Name => "feature_reuse";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => ["block_sizes", "seeds", "run_seeds"];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings)
    {
        var reader = new SettingsReader(Name, settings);
        ImmutableArray<string> blocks = [.. reader.Words("block_sizes", []).Select(Block)];
        return TaskSettings.Write(new Chosen([.. blocks.Distinct()], reader.Wholes("seeds", [1234], 0), settings["run_seeds"] is null ? [] : reader.Wholes("run_seeds", [], 0)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings) =>
        [.. Trainings(study, TaskSettings.Read<Chosen>(settings)).SelectMany(training => new[] { training.Train, training.Evaluate })];

    /// <inheritdoc/>
    public AnalysisSection Conclude(PlannedStudy study, JsonObject settings, IReadOnlyList<TaskSpec> tasks, ITaskResults results)
    {
        var chosen = TaskSettings.Read<Chosen>(settings);
        ImmutableArray<ReuseResult> targets = [.. Trainings(study, chosen).GroupBy(training => training.Run.Target).Select(target => Result([.. target], results))];
        return new(
            Name, "Feature reuse", new JsonArray([.. targets.Select(target => target.ToJson())]),
            FeatureReuseFindings.Of(targets), FeatureReuseFigure.Of(targets), FeatureReuseFigure.Tables(targets),
            new(
                "Every target picture, training and test, is cut into b x b blocks that one permutation moves, after normalization; each block size is trained on anew from P and from random weights. Gain(b) = A_PT - A_RIT in final test accuracy; relative drop(b) = 100 (A_PT - A_RIT) / A_PT. The gain left at b = 1 is due to low-level statistics, the rest to reused features.",
                $"blocks {string.Join(", ", FeatureReuse.Blocks(chosen.BlockSizes, study.Study.Pictures.Size))}; shuffle seeds {string.Join(", ", chosen.Seeds)}; "
                    + $"{(chosen.RunSeeds.IsEmpty ? "the first seed of each run, and on whole pictures all that the study trains without augmentation" : $"run seeds {string.Join(", ", chosen.RunSeeds)}")}; the first run from P and the first from random weights, each at its first learning rate; no augmentation",
                "Neyshabur, Sedghi, Zhang 2020, section 3.1 and Figure 3",
                ["Where both trainings stay near chance there is no room for a gain, so that a small gain at b = 1 need not mean that low-level statistics do not help.",
                 "Ranges of gains and drops take every training from P with every one from random weights; of single trainings they come from the 95 % bootstrap intervals and leave the spread between trainings out.",
                 "Two or three trainings may lie close together by chance, closer than the bootstrap intervals in the table: more seeds and run_seeds make the ranges trustworthy.",
                 "Convolutions lose their neighbourhoods too when blocks are moved, which harms trainings from either start; the learning rates are those of whole pictures."]));
    }

    // Whole pictures give the study's own trainings where these do not augment: equal settings are an equal task.
    private static IEnumerable<ReuseTraining> Trainings(PlannedStudy study, Chosen chosen)
    {
        var size = study.Study.Pictures.Size;
        var blocks = FeatureReuse.Blocks(chosen.BlockSizes, size);
        foreach (var target in study.Study.Targets.Select(target => target.Key))
        {
            PlannedRun[] runs = [First(study, target, Initialization.Pretrained), First(study, target, Initialization.Random)];
            foreach (var block in blocks)
            {
                IEnumerable<int?> shuffles = block == size.ToString(CultureInfo.InvariantCulture) ? [null] : chosen.Seeds.Select(seed => (int?)seed);
                foreach (var (run, shuffle, seed) in from run in runs
                                                     from shuffle in shuffles
                                                     from seed in Seeds(study, chosen, run, shuffle)
                                                     select (run, shuffle, seed))
                {
                    yield return Training(run, block, shuffle, seed);
                }
            }
        }
    }

    // Each run's first seed unless seeds are named; on whole pictures every seed that the study trains without augmentation, which costs nothing.
    private static IEnumerable<int> Seeds(PlannedStudy study, Chosen chosen, PlannedRun run, int? shuffle) =>
        !chosen.RunSeeds.IsEmpty ? chosen.RunSeeds
        : shuffle is null && TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training.Augment == AugmentSettings.None
            ? study.Runs.Where(other => (other.Target, other.Run, other.LearningRate) == (run.Target, run.Run, run.LearningRate)).Select(other => other.Seed)
        : [run.Seed];

    private static ReuseTraining Training(PlannedRun run, string block, int? shuffle, int seed)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var plain = settings.Training with { Augment = AugmentSettings.None };
        var shuffled = shuffle is { } permutation ? new ShuffleSettings(block, permutation) : null;
        var label = $"{run.Target} {run.Run} s{seed}, " + (shuffled is null ? "whole pictures" : block == FeatureReuse.AllValues ? $"all values shuffled by {shuffle}" : $"blocks of {block} shuffled by {shuffle}");
        var train = StudyTasks.Train(
            settings with { Seed = seed, Training = shuffled is null ? plain : plain with { Keep = [], KeepEvery = 0, KeepBest = false }, Shuffle = shuffled },
            run.TrainPictures, run.TestPictures, run.Train.Inputs.GetValueOrDefault("pretrained"), $"train {label}", run.Train.Cost);
        var evaluate = TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings) with { Shuffle = shuffled };
        return new(run, block, shuffle, seed, train, StudyTasks.Evaluate(evaluate, train, run.TestPictures, $"evaluate {label}", run.Evaluate.Cost));
    }

    private static PlannedRun First(PlannedStudy study, string target, Initialization initialization) =>
        study.Runs.FirstOrDefault(run => run.Target == target && run.Initialization == initialization) ?? throw new InputException(
            $"analyses.feature_reuse compares trainings from P with trainings from random weights, but no run has init: {(initialization == Initialization.Random ? "random" : "pretrained")}; add one to runs, or remove the analysis.");

    private static ReuseResult Result(ImmutableArray<ReuseTraining> trainings, ITaskResults results)
    {
        var outcomes = trainings.Select(training => (Training: training, Outcome: TrainingOutcome.Read(training.Train, training.Evaluate, results))).ToImmutableArray();
        return new(
            Of(Initialization.Pretrained), Of(Initialization.Random),
            [.. outcomes.GroupBy(one => one.Training.Block).Select(block => new ReuseBlock(block.Key, Group(block, Initialization.Pretrained), Group(block, Initialization.Random)))],
            outcomes);

        PlannedRun Of(Initialization initialization) => trainings.First(training => training.Run.Initialization == initialization).Run;

        static OutcomeGroup Group(IEnumerable<(ReuseTraining Training, TrainingOutcome Outcome)> block, Initialization initialization) =>
            new([.. block.Where(one => one.Training.Run.Initialization == initialization).Select(one => one.Outcome)]);
    }

    private string Block(string text) => text == FeatureReuse.AllValues ? text
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var block) && block > 0 ? block.ToString(CultureInfo.InvariantCulture)
        : throw new InputException($"analyses.{Name}.block_sizes holds {text}, but each must be {FeatureReuse.AllValues} or a whole number of pixels of at least 1.");
}
