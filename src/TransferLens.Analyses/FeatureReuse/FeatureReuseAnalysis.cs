using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary><see cref="ReuseMeasure"/> as part of a study: further trainings of its first run from P and its first from random weights, at their first learning rates or at each.</summary>
internal sealed class FeatureReuseAnalysis : Analysis<FeatureReuseSettings, ImmutableArray<ReuseResult>>
{
    /// <inheritdoc/>
    public override string Name => "feature_reuse";

    /// <inheritdoc/>
    public override string Title => "Feature reuse";

    /// <inheritdoc/>
    protected override FeatureReuseSettings Check(FeatureReuseSettings settings, SettingErrors errors)
    {
        return settings with { BlockSizes = [.. settings.BlockSizes.Select(Block).Distinct()] };

        string Block(string text) =>
            text == ReuseMeasure.AllValues ? text
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var block) && block > 0
                ? block.ToString(CultureInfo.InvariantCulture)
            : throw errors.Wrong(
                "block_sizes",
                $"contains {text}, but each must be {ReuseMeasure.AllValues} or a whole number of pixels of at least 1."
            );
    }

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, FeatureReuseSettings settings) =>
        Trainings(study, settings)
            .SelectMany(training =>
                new PlannedTask[]
                {
                    new($"train {Role(training)}", training.Train),
                    new($"evaluate {Role(training)}", training.Evaluate),
                }
            );

    private static string Role(ReuseTraining training) =>
        $"{training.Run.Target} {training.Run.Run} lr {training.Run.LearningRate} s{training.Seed} "
        + $"block {training.Block} shuffle {training.ShuffleSeed}";

    /// <inheritdoc/>
    protected override ImmutableArray<ReuseResult> Conclude(FinishedAnalysis<FeatureReuseSettings> finished) =>
        [
            .. Trainings(finished.Study, finished.Settings)
                .GroupBy(training => (training.Run.Target, training.Rates))
                .Select(place => Result([.. place], finished.Results)),
        ];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<ReuseResult> result) =>
        new JsonArray([.. result.Select(target => target.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<ReuseResult> result) =>
        FeatureReuseFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<ReuseResult> result) => FeatureReuseFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<ReuseResult> result) =>
        FeatureReuseFigure.Tables(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<FeatureReuseSettings> finished,
        ImmutableArray<ReuseResult> result
    ) =>
        new(
            $"Every target image, training and test, is cut into b x b blocks that one permutation moves, after normalization; each block size is trained on anew from P and from random weights. Gain(b) = A_PT - A_RIT in final test {Metric.Names(result.Select(target => target.Metric))}; relative drop(b) = 100 (A_PT - A_RIT) / A_PT. The gain left at b = 1 is due to low-level statistics, the rest to reused features.",
            $"blocks {string.Join(", ", ReuseMeasure.Blocks(finished.Settings.BlockSizes, finished.Study.Study.Images.Size))}; shuffle seeds {string.Join(", ", finished.Settings.Seeds)}; "
                + $"{(finished.Settings.RunSeeds.IsEmpty ? "the first seed of each run, and on whole images all that the study trains without augmentation" : $"run seeds {string.Join(", ", finished.Settings.RunSeeds)}")}; the first run from P and the first from random weights, {(finished.Settings.LearningRates == FeatureReuseSettings.First ? "each at its first learning rate" : "at each learning rate")}; no augmentation",
            "Neyshabur, Sedghi, Zhang 2020, section 3.1 and Figure 3",
            [
                "Where both trainings stay near chance there is no room for a gain, so that a small gain at b = 1 need not mean that low-level statistics do not help.",
                "Ranges of gains and drops take every training from P with every one from random weights; of single trainings they come from the 95 % bootstrap intervals and leave the spread between trainings out.",
                "Two or three trainings may lie close together by chance, closer than the bootstrap intervals in the table: more seeds and run_seeds make the ranges trustworthy.",
                "Convolutions lose their neighbourhoods too when blocks are moved, which harms trainings from either start; the learning rates are those of whole images.",
            ]
        );

    // Whole images give the study's own trainings where these do not augment: equal settings are an equal task.
    private static IEnumerable<ReuseTraining> Trainings(PlannedStudy study, FeatureReuseSettings settings)
    {
        var size = study.Study.Images.Size;
        var blocks = ReuseMeasure.Blocks(settings.BlockSizes, size);
        foreach (var target in study.Study.Targets.Select(target => target.Key))
        {
            var pairs = Pairs(study, target, settings);
            foreach (var (runs, block) in from pair in pairs from block in blocks select (pair, block))
            {
                IEnumerable<int?> shuffles =
                    block == size.ToString(CultureInfo.InvariantCulture)
                        ? [null]
                        : settings.Seeds.Select(seed => (int?)seed);
                foreach (
                    var (run, shuffle, seed) in from run in (PlannedRun[])[runs.Pretrained, runs.Random]
                    from shuffle in shuffles
                    from seed in Seeds(study, settings, run, shuffle)
                    select (run, shuffle, seed)
                )
                {
                    yield return Training(
                        run,
                        pairs.Count > 1 ? new(runs.Pretrained.LearningRate, runs.Random.LearningRate) : null,
                        block,
                        shuffle,
                        seed
                    );
                }
            }
        }
    }

    // The run from P and the one from random weights that are compared, for each of their learning rates that is asked for.
    private static List<(PlannedRun Pretrained, PlannedRun Random)> Pairs(
        PlannedStudy study,
        string target,
        FeatureReuseSettings settings
    )
    {
        var (pretrained, random) = (
            AtEachRate(study, target, Initialization.Pretrained),
            AtEachRate(study, target, Initialization.Random)
        );
        return settings.LearningRates == FeatureReuseSettings.First ? [(pretrained[0], random[0])]
            : pretrained.Count == random.Count ? [.. pretrained.Zip(random)]
            : throw new InputException(
                $"analyses.feature_reuse.learning_rates is all, which compares {pretrained[0].Run} with {random[0].Run} at one learning rate of each after another, but they have {pretrained.Count} and {random.Count}; give them as many, or leave the setting out."
            );
    }

    // Each run's first seed unless seeds are named; on whole images every seed that the study trains without augmentation, which costs nothing.
    private static IEnumerable<int> Seeds(
        PlannedStudy study,
        FeatureReuseSettings settings,
        PlannedRun run,
        int? shuffle
    ) =>
        !settings.RunSeeds.IsEmpty ? settings.RunSeeds
        : shuffle is null
        && TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training.Augment == AugmentSettings.None
            ? study
                .Runs.Where(other =>
                    (other.Target, other.Run, other.LearningRate) == (run.Target, run.Run, run.LearningRate)
                )
                .Select(other => other.Seed)
        : [run.Seed];

    private static ReuseTraining Training(PlannedRun run, ReuseRates? rates, string block, int? shuffle, int seed)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
        var plain = settings.Training with { Augment = AugmentSettings.None };
        var shuffled = shuffle is { } permutation ? new ShuffleSettings(block, permutation) : null;
        var label =
            $"{run.Target} {run.Run}{(rates is null ? "" : $" lr {run.LearningRate}")} s{seed}, "
            + (
                shuffled is null ? "whole images"
                : block == ReuseMeasure.AllValues ? $"all values shuffled by {shuffle}"
                : $"blocks of {block} shuffled by {shuffle}"
            );
        var train = StudyTasks.Train(
            settings with
            {
                Seed = seed,
                Training = shuffled is null ? plain : plain with { Keep = [], KeepEvery = 0, KeepBest = false },
                Shuffle = shuffled,
            },
            run.TrainImages,
            run.TestImages,
            run.Train.Inputs.GetValueOrDefault("pretrained"),
            $"train {label}",
            run.Train.Cost
        );
        var evaluate = TaskSettings.Read<EvaluateTaskSettings>(run.Evaluate.Settings) with { Shuffle = shuffled };
        return new(
            run,
            rates,
            block,
            shuffle,
            seed,
            train,
            StudyTasks.Evaluate(evaluate, train, run.TestImages, $"evaluate {label}", run.Evaluate.Cost)
        );
    }

    // The first training at each learning rate of the first run that starts so.
    private static List<PlannedRun> AtEachRate(PlannedStudy study, string target, Initialization initialization)
    {
        var runs = study.Runs.Where(run => run.Target == target && run.Initialization == initialization).ToList();
        return runs.Count > 0
            ? [.. runs.Where(run => run.Run == runs[0].Run).DistinctBy(run => run.LearningRate)]
            : throw new InputException(
                $"analyses.feature_reuse compares trainings from P with trainings from random weights, but no run has init: {(initialization == Initialization.Random ? "random" : "pretrained")}; add one to runs, or remove the analysis."
            );
    }

    private static ReuseResult Result(ImmutableArray<ReuseTraining> trainings, ITaskResults results)
    {
        var outcomes = trainings
            .Select(training =>
                (Training: training, Outcome: TrainingOutcome.Read(training.Train, training.Evaluate, results))
            )
            .ToImmutableArray();
        return new(
            Of(Initialization.Pretrained),
            Of(Initialization.Random),
            [
                .. outcomes
                    .GroupBy(one => one.Training.Block)
                    .Select(block => new ReuseBlock(
                        block.Key,
                        Group(block, Initialization.Pretrained),
                        Group(block, Initialization.Random)
                    )),
            ],
            outcomes
        );

        PlannedRun Of(Initialization initialization) =>
            trainings.First(training => training.Run.Initialization == initialization).Run;

        static OutcomeGroup Group(
            IEnumerable<(ReuseTraining Training, TrainingOutcome Outcome)> block,
            Initialization initialization
        ) => new([.. block.Where(one => one.Training.Run.Initialization == initialization).Select(one => one.Outcome)]);
    }
}
