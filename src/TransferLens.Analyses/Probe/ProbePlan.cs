using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Probe;

/// <summary>The tasks of one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Run">A run on it, whose images and metric the probes share.</param>
/// <param name="FineTuned">
/// The first runs from P that train the whole network: at each learning rate where validation images choose one, else
/// at the first. Empty without.
/// </param>
/// <param name="Features">The tasks that compute features, by role of the probe's task.</param>
/// <param name="Probe">The task of the probes.</param>
internal sealed record ProbePlan(
    string Target,
    PlannedRun Run,
    ImmutableArray<RunGroup> FineTuned,
    ImmutableArray<(string Role, TaskSpec Task)> Features,
    TaskSpec Probe
)
{
    /// <summary>The evaluations that choose a learning rate; none where there is no choice.</summary>
    public IEnumerable<PlannedTask> Choices =>
        from rate in FineTuned.Length > 1 ? FineTuned : []
        from run in rate.Seeds
        select new PlannedTask($"validate {run.Target} {run.Label}", run.Validate!);

    /// <summary>Plans the tasks of all targets.</summary>
    /// <param name="study">The study.</param>
    /// <param name="settings">The settings.</param>
    /// <exception cref="InputException">The study has no P.</exception>
    public static ImmutableArray<ProbePlan> Create(PlannedStudy study, ProbeStudySettings settings) =>
        study.Pretraining is not null
            ? [.. RunGroup.Of(study).GroupBy(group => group.Target).Select(runs => Create(study, settings, [.. runs]))]
            : throw new InputException(ProbeWords.NoPretrained);

    private static ProbePlan Create(PlannedStudy study, ProbeStudySettings settings, ImmutableArray<RunGroup> runs)
    {
        var tuned = runs.FirstOrDefault(group =>
            group.Initialization == Initialization.Pretrained && TrainsAll(group.Seeds[0])
        );
        var run = (tuned ?? runs[0]).Seeds[0];
        var rates = runs.Where(group => group.Run == tuned?.Run).ToImmutableArray();
        string[] networks = settings.Control ? [ProbeTask.Pretrained, ProbeTask.Random] : [ProbeTask.Pretrained];
        ImmutableArray<(string Role, TaskSpec Task)> features = [.. networks.SelectMany(Features)];
        var probe = ProbeTask.Declared.CreateTask(
            new ProbeTaskSettings(settings.K, settings.Seed) { C = settings.C, Metric = run.MetricOverride },
            $"probe {run.Target}",
            0,
            [.. features, ("train", run.TrainImages), ("test", run.TestImages)]
        );
        return new(
            run.Target,
            run,
            tuned is null || run.ValidationImages is not null ? rates : [tuned],
            features,
            probe
        );

        (string Role, TaskSpec Task)[] Features(string weights)
        {
            int? randomSeed = weights == ProbeTask.Random ? settings.RandomSeed : null;
            return
            [
                (ProbeTask.FeaturesRole(weights, "train"), ModuleFeaturesTask.Create(study, run, false, randomSeed)),
                (ProbeTask.FeaturesRole(weights, "test"), ModuleFeaturesTask.Create(study, run, true, randomSeed)),
            ];
        }
    }

    private static bool TrainsAll(PlannedRun run) =>
        TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).Training.TrainsAll;
}
