using System.Collections.Immutable;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>What a live page shows at one moment.</summary>
/// <param name="Plan">The plan; null while there is none. Another object after the plan was written anew.</param>
/// <param name="Problem">Why there is none, in a sentence.</param>
/// <param name="Run">Where the run stands.</param>
/// <param name="Curves">Its learning curves so far.</param>
internal sealed record LiveMoment(Plan? Plan, string Problem, RunView? Run, ImmutableArray<TrainingSoFar> Curves);

/// <summary>Looks at the run, at most twice a second however many pages ask.</summary>
/// <param name="run">The run.</param>
/// <param name="time">What the time is.</param>
internal sealed class LiveFeed(LiveRun run, TimeProvider time)
{
    private readonly Lock looking = new();
    private LiveMoment moment = new(null, "", null, []);
    private ArtifactStore? store;
    private StoredRun? stored;
    private TrainingCurves? curves;
    private DateTime planned;
    private long lookedAt;

    /// <summary>How often there is something new to see.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The run's folder.</summary>
    public string Folder => run.Folder;

    /// <summary>What there is to see now.</summary>
    public LiveMoment Look()
    {
        lock (looking)
        {
            if (lookedAt == 0 || time.GetElapsedTime(lookedAt) >= Pause)
            {
                moment = New();
                lookedAt = time.GetTimestamp();
            }

            return moment;
        }
    }

    /// <summary>Path of the log of a task of the plan; null when it has none.</summary>
    public string? Log(string key) =>
        Look().Run is { } shown
        && shown.Outcomes.ContainsKey(key)
        && store?.Running(key).Log is { } path
        && File.Exists(path)
            ? path
            : null;

    private LiveMoment New()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(Path.Combine(run.Folder, "plan.json"));
            var plan = moment.Plan;
            if (plan is null || written != planned)
            {
                (plan, store) = run.Open();
                (stored, curves, planned) = (new(plan, store, run.Folder, time), new(store), written);
            }

            var view = stored!.View();
            return new(plan, "", view, curves!.Read(view));
        }
        catch (InputException none)
        {
            return new(
                null,
                Directory.Exists(run.Folder) && File.Exists(Path.Combine(run.Folder, "plan.json")) ? none.Message : "",
                null,
                []
            );
        }
        catch (IOException)
        {
            return moment; // Something was moved away between two looks.
        }
    }
}
