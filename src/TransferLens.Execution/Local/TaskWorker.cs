using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>Computes one task in this process.</summary>
/// <param name="store">Where artifacts are read and written.</param>
/// <param name="catalog">What computes tasks, and what they may name.</param>
/// <param name="time">What the time is; recorded beside the artifact, never in it.</param>
/// <param name="software">Versions of the libraries that compute, by name, to record beside those of this program, .NET and the system.</param>
public sealed class TaskWorker(
    ArtifactStore store,
    Catalog catalog,
    TimeProvider time,
    IReadOnlyDictionary<string, string>? software = null
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Before that a guess of the time left would only mislead.
    private const double LeastShare = 0.02;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(2);

    /// <summary>Computes a task unless its artifact is there. When another process is computing it, waits for that one.</summary>
    /// <param name="task">The task; the artifacts of its inputs are in the store.</param>
    /// <param name="cancellationToken">Asks for a stop at the next safe point.</param>
    /// <exception cref="InputException">What the task was given cannot be used.</exception>
    /// <exception cref="DamagedArtifactException">An input is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Run(TaskSpec task, CancellationToken cancellationToken)
    {
        var runner = catalog.Runner(task.Kind);
        var running = store.Running(task.Key);
        using var taken = running.Take(cancellationToken.ThrowIfCancellationRequested);
        if (store.Holds(task))
        {
            return;
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, taken.Lost);
        var output = running.Begin(taken);
        try
        {
            var (started, watch, before) = (time.GetUtcNow(), Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            runner.Run(
                new()
                {
                    Catalog = catalog,
                    Settings = task.Settings.DeepClone().AsObject(),
                    Locations = task.Locations.DeepClone().AsObject(),
                    Inputs = task.Inputs.ToDictionary(input => input.Key, input => store.Open(input.Value.Key)),
                    Output = output,
                    Work = running.Work,
                    Progress = new Paced(running),
                    CancellationToken = both.Token,
                }
            );
            taken.Confirm();
            store.Commit(
                task,
                output,
                new JsonObject
                {
                    ["started"] = started.ToString("O", CultureInfo.InvariantCulture),
                    ["seconds"] = Math.Round(watch.Elapsed.TotalSeconds, 3),
                    ["processor_seconds"] = Math.Round((Environment.CpuUsage.TotalTime - before).TotalSeconds, 3),
                    ["machine"] = Environment.MachineName,
                    ["program"] = typeof(TaskWorker).Assembly.GetName().Version!.ToString(3),
                    ["software"] = Software(),
                }
            );
            if (taken.Holds())
            {
                running.End();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What another process has taken over is that one's to tell of.
            if (taken.Holds())
            {
                running.Fail(Sentence.Of(failure), refused: failure is InputException);
            }

            throw;
        }
    }

    private JsonObject Software() =>
        new([
            new(".NET", Environment.Version.ToString()),
            .. (software ?? ImmutableSortedDictionary<string, string>.Empty).Select(one =>
                KeyValuePair.Create(one.Key, (JsonNode?)one.Value)
            ),
            new("system", $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}"),
        ]);

    // Progress is read by people: four times a second is plenty.
    private sealed class Paced(RunningTask running) : IProgress<TaskProgress>
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();
        private TimeSpan next = TimeSpan.Zero;
        private (TimeSpan At, double Fraction)? first;

        public void Report(TaskProgress value)
        {
            if (watch.Elapsed >= next)
            {
                running.Write(value with { Left = Left(value.Fraction) });
                next = watch.Elapsed + Pause;
            }
        }

        // A task that goes on where it was broken off begins with what was done before, which tells nothing of its pace.
        private TimeSpan? Left(double fraction)
        {
            first ??= (watch.Elapsed, fraction);
            var (passed, done) = (watch.Elapsed - first.Value.At, fraction - first.Value.Fraction);
            return passed >= LeastTime && done >= LeastShare ? passed * ((1 - fraction) / done) : null;
        }
    }
}
