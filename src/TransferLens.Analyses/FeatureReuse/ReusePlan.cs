using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The learning rates of the two sides.</summary>
internal sealed record ReuseRates(double Pretrained, double Random);

/// <summary>One training run of the experiment.</summary>
/// <param name="Run">The run of the study that it repeats, at one learning rate.</param>
/// <param name="HasSeveralRates">Whether the experiment is repeated at several learning rates.</param>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="ShuffleSeed">Seed of the permutation; null for whole images.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
/// <param name="Validate">
/// The task that evaluates it on validation images, shuffled alike, where its learning rate is one of several; null
/// without a choice or without such images.
/// </param>
internal sealed record ReuseRun(
    PlannedRun Run,
    bool HasSeveralRates,
    string Block,
    int? ShuffleSeed,
    int Seed,
    TaskSpec Train,
    TaskSpec Evaluate,
    TaskSpec? Validate
)
{
    /// <summary>The name of its tasks among those of the analysis.</summary>
    public string Role => $"{Run.Target} {Run.Run} lr {Run.LearningRate} s{Seed} block {Block} shuffle {ShuffleSeed}";

    // Decoded images have three channels.
    private const int Channels = 3;

    /// <summary>Its shuffle, drawn again from its settings; null on whole images.</summary>
    public BlockShuffle? DrawShuffle() =>
        BlockShuffle.FromSettings(
            TaskSettings.Read<TrainTaskSettings>(Train.Settings).Shuffle,
            Channels,
            TaskSettings.Read<ImagesTaskSettings>(Run.TrainImages.Settings).Size
        );
}

/// <summary>
/// Plans the runs of the experiment. On whole images they are the study's own where these do not augment: equal
/// settings are equal tasks.
/// </summary>
internal static class ReusePlan
{
    /// <summary>The runs, by target, block, side, learning rate, permutation and seed.</summary>
    /// <exception cref="InputException">The study lacks one side.</exception>
    public static IEnumerable<ReuseRun> Runs(PlannedStudy study, FeatureReuseSettings settings) =>
        from target in study.Study.Targets
        let pretrained = AtEachRate(study, target.Key, Initialization.Pretrained, settings)
        let random = AtEachRate(study, target.Key, Initialization.Random, settings)
        from block in ReuseMeasure.Blocks(settings.BlockSizes, study.Study.Images.Size)
        from side in new[] { pretrained, random }
        from run in side
        from shuffle in ShuffleSeeds(study, settings, block)
        from seed in Seeds(study, settings, run, shuffle)
        let shuffled = shuffle is { } permutation
            ? new ShuffleSettings(block, permutation) { Redraw = !settings.Exact }
            : null
        select new Repetition(run, pretrained.Count + random.Count > 2, side.Count > 1).Create(block, shuffled, seed);

    // The first run from this start, once at each learning rate.
    private static List<PlannedRun> AtEachRate(
        PlannedStudy study,
        string target,
        Initialization initialization,
        FeatureReuseSettings settings
    )
    {
        var runs = study.Runs.Where(run => run.Target == target && run.Initialization == initialization).ToList();
        var rates = settings.LearningRates == FeatureReuseSettings.First ? 1 : int.MaxValue;
        return runs.Count > 0
            ? [.. runs.Where(run => run.Run == runs[0].Run).DistinctBy(run => run.LearningRate).Take(rates)]
            : throw new InputException(ReuseWords.Errors.NoRun(random: initialization == Initialization.Random));
    }

    private static IEnumerable<int?> ShuffleSeeds(PlannedStudy study, FeatureReuseSettings settings, string block) =>
        block == study.Study.Images.Size.ToString(CultureInfo.InvariantCulture)
            ? [null]
            : settings.Seeds.Select(seed => (int?)seed);

    // Unless seeds are named, the k-th permutation is learned by the run's k-th seed, so that a mean over permutations
    // covers both. On whole images every seed that the study trains without augmentation, which costs nothing; with
    // augmentation as many as there are permutations.
    private static IEnumerable<int> Seeds(
        PlannedStudy study,
        FeatureReuseSettings settings,
        PlannedRun run,
        int? shuffle
    )
    {
        if (!settings.RunSeeds.IsEmpty)
        {
            return settings.RunSeeds;
        }

        var seeds = study
            .Runs.Where(other =>
                (other.Target, other.Run, other.LearningRate) == (run.Target, run.Run, run.LearningRate)
            )
            .Select(other => other.Seed)
            .ToList();
        if (shuffle is { } permutation)
        {
            return [seeds[settings.Seeds.IndexOf(permutation) % seeds.Count]];
        }

        var training = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training;
        return training.Augment == AugmentSettings.None ? seeds : seeds.Take(settings.Seeds.Length);
    }

    // A run of the study, whether the experiment has several learning rates, and whether this side has.
    private sealed record Repetition(PlannedRun Run, bool HasSeveralRates, bool IsChosen)
    {
        public ReuseRun Create(string block, ShuffleSettings? shuffle, int seed)
        {
            var settings = TaskSettings.Read<TrainTaskSettings>(Run.Train.Settings);
            var plain = settings.Training with { Augment = AugmentSettings.None };
            var label =
                $"{Run.Target} {Run.Run}{(HasSeveralRates ? $" lr {Run.LearningRate}" : "")} s{seed}, "
                + ReuseWords.Shuffle(block, shuffle?.Seed);
            var train = StudyTasks.Train(
                settings with
                {
                    Seed = seed,
                    Training = shuffle is null ? plain : plain with { Keep = [], KeepEvery = 0, KeepBest = false },
                    Shuffle = shuffle,
                },
                Run.TrainImages,
                Run.TestImages,
                Run.Train.Inputs.GetValueOrDefault("pretrained"),
                $"train {label}",
                Run.Train.Cost,
                // The run on whole images is the study's own.
                shuffle is null
                    ? Run.ValidationImages
                    : null
            );
            return new(
                Run,
                HasSeveralRates,
                block,
                shuffle?.Seed,
                seed,
                train,
                Evaluate(Run.TestImages, $"evaluate {label}", Run.Evaluate.Cost),
                IsChosen && Run.ValidationImages is { } validation
                    ? Evaluate(validation, $"evaluate {label}, on validation images", Run.ValidationCount ?? 0)
                    : null
            );

            TaskSpec Evaluate(TaskSpec images, string title, double cost) =>
                StudyTasks.Evaluate(
                    TaskSettings.Read<EvaluateTaskSettings>(Run.Evaluate.Settings) with
                    {
                        Shuffle = shuffle,
                    },
                    train,
                    images,
                    title,
                    cost
                );
        }
    }
}
