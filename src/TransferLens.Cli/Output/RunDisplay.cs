using System.Text;
using TransferLens.Execution;
using TransferLens.Plans;

namespace TransferLens.Cli.Output;

/// <summary>
/// Shows a run on standard error as it goes: on a terminal a block of bars that is drawn anew; otherwise a plain line for
/// each task that ends.
/// </summary>
internal sealed class RunDisplay : IDisposable
{
    private const int BarWidth = 24;

    private readonly RunProgress progress;
    private readonly int count;
    private readonly bool terminal = !Console.IsErrorRedirected;
    private readonly TimeProvider time;
    private long drawnAt;
    private int lines;
    private bool introduced;

    public RunDisplay(IReadOnlyList<TaskSpec> tasks, TimeProvider time)
    {
        (progress, count, this.time) = (new(tasks, time), tasks.Count, time);
    }

    /// <summary>Takes in and shows what happened to a task.</summary>
    public void Show(TaskOutcome outcome)
    {
        progress.Take(outcome);
        if (outcome.State == TaskState.Running && !introduced)
        {
            introduced = true;
            Line($"{count} tasks, {progress.Ready} of them done before");
        }

        if (introduced && outcome.State is TaskState.Done or TaskState.Failed)
        {
            var word = outcome.State == TaskState.Done ? "done" : "FAILED";
            Line($"[{progress.Done}/{count}] {word}: {outcome.Task.Title}{(outcome.Problem is { } why ? $": {why}" : "")}{(progress.Left is { Length: > 0 } left && !terminal ? $" ({left})" : "")}");
        }

        if (terminal && introduced && (drawnAt == 0 || time.GetElapsedTime(drawnAt) > TimeSpan.FromMilliseconds(150)))
        {
            Draw();
        }
    }

    public void Dispose() => Erase();

    private void Line(string text)
    {
        Erase();
        Console.Error.WriteLine(text);
    }

    private void Draw()
    {
        drawnAt = time.GetTimestamp();
        var block = new StringBuilder();
        var width = Math.Max(40, Width() - 1);
        List<string> rows = [$"{Bar(progress.Fraction)} {100 * progress.Fraction,3:0} %  {progress.Done}/{count} tasks  {progress.Elapsed:hh\\:mm\\:ss}  {progress.Left}"];
        rows.AddRange(progress.Running.Select(task => $"{Bar(task.Progress?.Fraction ?? 0)} {task.Task.Title}{(task.Progress is { } now ? $"  {now.Message}" : "")}"));
        foreach (var row in rows)
        {
            block.Append(row.Length > width ? row[..width] : row).Append("\u001b[K\n");
        }

        Erase();
        Console.Error.Write(block);
        lines = rows.Count;
    }

    private void Erase()
    {
        if (lines > 0)
        {
            Console.Error.Write($"\u001b[{lines}A\u001b[J");
            lines = 0;
        }
    }

    private static string Bar(double fraction)
    {
        var full = (int)(Math.Clamp(fraction, 0, 1) * BarWidth);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 100;
        }
    }
}
