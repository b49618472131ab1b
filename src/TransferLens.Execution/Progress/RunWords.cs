using System.Globalization;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>The words for states and times of runs, shared by all displays.</summary>
internal static class RunWords
{
    private const double Minute = 60;
    private const double Hour = 60 * Minute;
    private const double Day = 24 * Hour;
    private const double Year = 365 * Day;

    /// <summary>The state of a run.</summary>
    public static string State(RunState state) =>
        state switch
        {
            RunState.Running => "running",
            RunState.Concluding => "writing the report",
            RunState.Stopped => "stopped",
            RunState.Failed => "failed",
            _ => "finished",
        };

    /// <summary>The state of a task.</summary>
    public static string State(TaskOutcome outcome) =>
        outcome switch
        {
            { State: TaskState.Waiting, Place: not null } => "queued",
            { State: TaskState.Waiting, Progress: not null } => "interrupted",
            { State: TaskState.Skipped } => "not started",
            _ => outcome.State.ToString().ToLowerInvariant(),
        };

    /// <summary>Elapsed time as <c>0:07</c>, <c>12:30</c> or <c>1:02:03</c>; empty when unknown.</summary>
    public static string Elapsed(TimeSpan? elapsed) =>
        elapsed switch
        {
            null => "",
            { TotalHours: >= 1 } time => string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)time.TotalHours}:{time:mm\\:ss}"
            ),
            { } time => time.ToString("m\\:ss", CultureInfo.InvariantCulture),
        };

    /// <summary>Time left, for example <c>about 4 min left</c>; empty when unknown.</summary>
    public static string Left(TimeSpan? left) =>
        left?.TotalSeconds switch
        {
            null => "",
            < 1.5 * Minute and var seconds => $"about {Math.Max(1, seconds):0} s left",
            < 1.5 * Hour and var seconds => $"about {seconds / Minute:0} min left",
            { } seconds => $"about {seconds / Hour:0.0} h left",
        };

    /// <summary>A duration in one unit, from seconds to years, for example <c>12 days</c>.</summary>
    public static string Duration(TimeSpan span) =>
        span.TotalSeconds switch
        {
            < 1.5 => "1 second",
            < 1.5 * Minute and var seconds => $"{seconds:0} seconds",
            < 1.5 * Hour and var seconds => $"{seconds / Minute:0} minutes",
            < 2 * Day and var seconds => $"{seconds / Hour:0} hours",
            < 90 * Day and var seconds => $"{seconds / Day:0} days",
            < 3 * Year and var seconds => $"{seconds / (Year / 12):0} months",
            var seconds => $"{seconds / Year:0} years",
        };

    /// <summary>A share in whole percent, rounded down: 100 % means all of it.</summary>
    public static string Percent(double fraction) => $"{Math.Floor(100 * Math.Clamp(fraction, 0, 1)):0} %";

    /// <summary>What a display adds to a task's state: its progress, its job, or why it failed.</summary>
    public static string Details(TaskOutcome outcome) =>
        outcome switch
        {
            { State: TaskState.Running, Progress: { } now } => Running(now, outcome.Place ?? ""),
            { State: TaskState.Running or TaskState.Waiting, Place: { } place } => place,
            { State: TaskState.Failed, Progress: { } last } => $"{outcome.Problem} ({Interrupted(last)})",
            { State: TaskState.Failed } => outcome.Problem ?? "",
            { State: TaskState.Waiting, Progress: { } last } => Interrupted(last),
            { State: TaskState.Skipped } => "a task that it needs failed",
            _ => "",
        };

    private static string Running(TaskProgress progress, string place)
    {
        string[] parts = [Percent(progress.Fraction), progress.Message, Left(progress.Left), place];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string Interrupted(TaskProgress last) => $"interrupted at {Percent(last.Fraction)}";
}
