using System.Globalization;

namespace TransferLens.Execution.Progress;

/// <summary>The words for where a run stands; the same in the terminal, in <c>status</c> and on the live page.</summary>
public static class RunWords
{
    /// <summary>Where a run stands.</summary>
    public static string State(RunState state) =>
        state switch
        {
            RunState.Running => "running",
            RunState.Concluding => "writing the report",
            RunState.Stopped => "stopped",
            RunState.Failed => "failed",
            _ => "finished",
        };

    /// <summary>Where a task stands.</summary>
    public static string State(TaskOutcome outcome) =>
        outcome switch
        {
            { State: TaskState.Waiting, Place: not null } => "queued",
            { State: TaskState.Waiting, Progress: not null } => "broken off",
            { State: TaskState.Skipped } => "not started",
            _ => outcome.State.ToString().ToLowerInvariant(),
        };

    /// <summary>Time that passed, as <c>0:07</c>, <c>12:30</c> or <c>1:02:03</c>; empty when unknown.</summary>
    public static string Elapsed(TimeSpan? elapsed) =>
        elapsed is not { } time ? ""
        : time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}")
        : time.ToString("m\\:ss", CultureInfo.InvariantCulture);

    /// <summary>Time left, for example <c>about 4 min left</c>; empty when unknown.</summary>
    public static string Left(TimeSpan? left) =>
        left?.TotalSeconds is not { } seconds ? ""
        : seconds < 90 ? $"about {Math.Max(1, seconds):0} s left"
        : seconds < 5400 ? $"about {seconds / 60:0} min left"
        : $"about {seconds / 3600:0.0} h left";

    /// <summary>A span of time in one unit, from seconds to years, for example <c>12 days</c>.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalSeconds switch
        {
            < 1.5 => "1 second",
            < 90 and var seconds => $"{seconds:0} seconds",
            < 5400 and var seconds => $"{seconds / 60:0} minutes",
            < 48 * 3600 and var seconds => $"{seconds / 3600:0} hours",
            < 90 * 86400.0 and var seconds => $"{seconds / 86400:0} days",
            < 3 * 365 * 86400.0 and var seconds => $"{seconds / (365 * 86400.0 / 12):0} months",
            var seconds => $"{seconds / (365 * 86400.0):0} years",
        };

    /// <summary>A share in whole per cent; 100 only when it is all.</summary>
    public static string Percent(double fraction) => $"{Math.Floor(100 * Math.Clamp(fraction, 0, 1)):0} %";

    /// <summary>What there is to say of a task beside its state: how far it is, why it failed, where it was broken off.</summary>
    public static string More(TaskOutcome outcome) =>
        outcome switch
        {
            { State: TaskState.Running, Progress: { } now } => string.Join(
                ", ",
                new[] { Percent(now.Fraction), now.Message, Left(now.Left), outcome.Place ?? "" }.Where(part =>
                    part.Length > 0
                )
            ),
            { State: TaskState.Running or TaskState.Waiting, Place: { } place } => place,
            { State: TaskState.Failed, Progress: { } left } =>
                $"{outcome.Problem} (broken off at {Percent(left.Fraction)})",
            { State: TaskState.Failed } => outcome.Problem ?? "",
            { State: TaskState.Waiting, Progress: { } left } => $"broken off at {Percent(left.Fraction)}",
            { State: TaskState.Skipped } => "something that it needs failed",
            _ => "",
        };
}
