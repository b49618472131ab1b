using System.Collections.Immutable;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Live;

/// <summary>The state of a run at one moment.</summary>
/// <param name="Plan">The plan; null while there is none. A new object whenever the plan was written again.</param>
/// <param name="Problem">The reason why there is no plan, or empty.</param>
/// <param name="Run">The progress of the run.</param>
/// <param name="Curves">The learning curves so far.</param>
internal sealed record LiveSnapshot(Plan? Plan, string Problem, RunView? Run, ImmutableArray<TrainingSoFar> Curves);

/// <summary>Reads the state of the run, at most twice a second for all open pages together.</summary>
/// <param name="run">The run.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveFeed(LiveRun run, TimeProvider time)
{
    private readonly Lock reading = new();
    private LiveSnapshot snapshot = new(null, "", null, []);
    private ArtifactStore? store;
    private StoredRun? stored;
    private TrainingCurves? curves;
    private DateTime planWritten;
    private long? lastRead;

    /// <summary>The interval between reads.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The run's folder.</summary>
    public string Folder => run.Folder;

    private string PlanPath => Path.Combine(run.Folder, "plan.json");

    /// <summary>The current state.</summary>
    public LiveSnapshot Current()
    {
        lock (reading)
        {
            if (lastRead is not { } last || time.GetElapsedTime(last) >= Interval)
            {
                snapshot = Read();
                lastRead = time.GetTimestamp();
            }

            return snapshot;
        }
    }

    /// <summary>The path of the log of a task; null if the task is not in the plan or has no log.</summary>
    public string? FindLog(string key) =>
        Current().Run is { } shown
        && shown.Outcomes.ContainsKey(key)
        && store?.Running(key).Log is { } path
        && File.Exists(path)
            ? path
            : null;

    private LiveSnapshot Read()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(PlanPath);
            var plan = snapshot.Plan;
            if (plan is null || written != planWritten)
            {
                (plan, store) = run.Open();
                (stored, curves, planWritten) = (new(plan, store, run.Folder, time), new(store), written);
            }

            var view = stored!.View();
            return new(plan, "", view, curves!.Read(view));
        }
        catch (InputException failure)
        {
            // A missing plan is no problem: the run has not started yet.
            return new(null, File.Exists(PlanPath) ? failure.Message : "", null, []);
        }
        catch (IOException)
        {
            return snapshot; // A file was moved or deleted in the meantime.
        }
    }
}
