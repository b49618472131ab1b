using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The learning rates of the two sides, where the experiment is repeated at several.</summary>
internal sealed record ReuseRates(double Pretrained, double Random);

/// <summary>One training run of the experiment.</summary>
/// <param name="Run">The run of the study that it repeats, at one learning rate.</param>
/// <param name="Rates">The learning rates of the comparison that it belongs to; null when there is only one.</param>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="ShuffleSeed">Seed of the permutation; null for whole images.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
internal sealed record ReuseRun(
    PlannedRun Run,
    ReuseRates? Rates,
    string Block,
    int? ShuffleSeed,
    int Seed,
    TaskSpec Train,
    TaskSpec Evaluate
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
    /// <summary>The runs, by target, pair of learning rates, block, side, permutation and seed.</summary>
    /// <exception cref="InputException">
    /// The study lacks one side, or their learning rates do not correspond.
    /// </exception>
    public static IEnumerable<ReuseRun> Runs(PlannedStudy study, FeatureReuseSettings settings) =>
        from target in study.Study.Targets
        let pairs = Pairs(study, target.Key, settings)
        from pair in pairs
        let rates = pairs.Count > 1 ? new ReuseRates(pair.Pretrained.LearningRate, pair.Random.LearningRate) : null
        from block in ReuseMeasure.Blocks(settings.BlockSizes, study.Study.Images.Size)
        from run in new[] { pair.Pretrained, pair.Random }
        from shuffle in ShuffleSeeds(study, settings, block)
        from seed in Seeds(study, settings, run, shuffle)
        let shuffled = shuffle is { } permutation
            ? new ShuffleSettings(block, permutation) { Redraw = !settings.Exact }
            : null
        select Repeat(run, rates, block, shuffled, seed);

    // The run from P and the one from random weights that are compared, for each of the learning rates.
    private static List<(PlannedRun Pretrained, PlannedRun Random)> Pairs(
        PlannedStudy study,
        string target,
        FeatureReuseSettings settings
    )
    {
        var pretrained = AtEachRate(study, target, Initialization.Pretrained);
        var random = AtEachRate(study, target, Initialization.Random);
        if (settings.LearningRates == FeatureReuseSettings.First)
        {
            return [(pretrained[0], random[0])];
        }

        return pretrained.Count == random.Count
            ? [.. pretrained.Zip(random)]
            : throw new InputException(
                ReuseWords.Errors.RatesDiffer((pretrained[0].Run, pretrained.Count), (random[0].Run, random.Count))
            );
    }

    // The first run from this start, once at each learning rate.
    private static List<PlannedRun> AtEachRate(PlannedStudy study, string target, Initialization initialization)
    {
        var runs = study.Runs.Where(run => run.Target == target && run.Initialization == initialization).ToList();
        return runs.Count > 0
            ? [.. runs.Where(run => run.Run == runs[0].Run).DistinctBy(run => run.LearningRate)]
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

    private static ReuseRun Repeat(PlannedRun run, ReuseRates? rates, string block, ShuffleSettings? shuffle, int seed)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var plain = settings.Training with { Augment = AugmentSettings.None };
        var label =
            $"{run.Target} {run.Run}{(rates is null ? "" : $" lr {run.LearningRate}")} s{seed}, "
            + ReuseWords.Shuffle(block, shuffle?.Seed);
        var train = StudyTasks.Train(
            settings with
            {
                Seed = seed,
                Training = shuffle is null ? plain : plain with { Keep = [], KeepEvery = 0, KeepBest = false },
                Shuffle = shuffle,
            },
            run.TrainImages,
            run.TestImages,
            run.Train.Inputs.GetValueOrDefault("pretrained"),
            $"train {label}",
            run.Train.Cost,
            // The run on whole images is the study's own.
            shuffle is null
                ? run.ValidationImages
                : null
        );
        var evaluate = StudyTasks.Evaluate(
            TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings) with
            {
                Shuffle = shuffle,
            },
            train,
            run.TestImages,
            $"evaluate {label}",
            run.Evaluate.Cost
        );
        return new(run, rates, block, shuffle?.Seed, seed, train, evaluate);
    }
}
