using Spectre.Console;
using Spectre.Console.Rendering;
using TransferLens.Execution;
using TransferLens.Execution.Progress;

namespace TransferLens.Cli.Output;

/// <summary>
/// A run as a tree: its groups of tasks with counts, and in them the tasks that are running, failed or interrupted.
/// </summary>
/// <param name="unicode">Whether the terminal shows more than ASCII.</param>
internal sealed class RunTree(bool unicode)
{
    // Below this a running task takes two lines.
    private const int Wide = 120;

    private static readonly Style Plain = Style.Plain,
        Quiet = new(Color.Grey),
        Bold = new(decoration: Decoration.Bold);

    /// <summary>The tree.</summary>
    /// <param name="run">The run.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">
    /// Rows of the terminal. Finished and waiting groups are folded until the tree fits; the rest is cut.
    /// </param>
    public IRenderable Of(RunView run, int width, int height)
    {
        var rows = new TreeFold(run, run.Groups, [], [], 2).Fitting(height - 1, width < Wide);
        var tree = new Tree(Head(run, width)) { Guide = unicode ? TreeGuide.Line : TreeGuide.Ascii };
        if (rows.Finished.Count > 0)
        {
            tree.AddNode(Folded(TaskState.Done, rows.Finished, "done"));
        }

        var name = rows.Groups.Select(group => OneLine.Width(group.Name)).DefaultIfEmpty().Max();
        foreach (var group in rows.Groups)
        {
            var state = run.StateOf(group);
            var node = tree.AddNode(
                new OneLine(
                    Symbol(state),
                    ($"{Padded(group.Name, Math.Min(name, width / 2))}  ", state == TaskState.Waiting ? Quiet : Plain),
                    (Counts(run, group), Quiet)
                )
            );
            foreach (var outcome in rows.Shown(group))
            {
                node.AddNode(Task(outcome, rows.LinesOfTask, width));
            }

            if (rows.Hidden(group) is > 0 and var hidden)
            {
                node.AddNode(new OneLine(($"{hidden} more", Quiet)));
            }
        }

        if (rows.Waiting.Count > 0)
        {
            tree.AddNode(Folded(TaskState.Waiting, rows.Waiting, "waiting"));
        }

        return tree;
    }

    private OneLine Head(RunView run, int width)
    {
        var pace = run.Pace;
        var words = string.Join(
            "  ",
            new[]
            {
                RunWords.Percent(pace.Fraction),
                $"{pace.Done} of {pace.Count} tasks",
                RunWords.Elapsed(pace.Elapsed),
                RunWords.Left(pace.Left),
            }.Where(word => word.Length > 0)
        );
        var state = run.State == RunState.Running ? "" : $", {RunWords.State(run.State)}";
        return new([
            (run.Study, Bold),
            ($"{state}  ", Plain),
            .. Bar(pace.Fraction, width < Wide ? 16 : 30),
            ($"  {words}", Plain),
        ]);
    }

    private IRenderable Task(TaskOutcome outcome, int lines, int width)
    {
        var title = lines == 1 ? Short(outcome.Task.Title, width * 2 / 5) : outcome.Task.Title;
        (string, Style)[] begin =
        [
            Symbol(outcome.State),
            (title, outcome.State == TaskState.Failed ? new(Color.Red) : Plain),
        ];
        var more =
            outcome.Progress is { } now && outcome.State == TaskState.Running
                ? [.. Bar(now.Fraction, width < Wide ? 10 : 16), ($" {RunWords.Details(outcome)}", Quiet)]
                : new[] { (RunWords.Details(outcome), outcome.State == TaskState.Failed ? Plain : Quiet) };
        return lines == 1 || outcome.State != TaskState.Running
            ? new OneLine([.. begin, ("  ", Plain), .. more])
            : new TwoLines(new(begin), new([("  ", Plain), .. more]));
    }

    private OneLine Folded(TaskState state, IReadOnlyList<TaskGroup> groups, string word) =>
        new(Symbol(state), ($"{groups.Count} groups {word}, {groups.Sum(group => group.Tasks.Length)} tasks", Quiet));

    private static string Counts(RunView run, TaskGroup group)
    {
        var states = run.OutcomesOf(group).Select(outcome => outcome.State).ToList();
        var done = states.Count(state => state == TaskState.Done);
        var failed = states.Count(state => state == TaskState.Failed);
        var failures = failed > 0 ? $", {failed} failed" : "";
        return $"{done}/{group.Tasks.Length}{failures}";
    }

    private (string, Style)[] Bar(double fraction, int width)
    {
        var full = (int)(Math.Clamp(fraction, 0, 1) * width);
        return
        [
            (new string(unicode ? '━' : '#', full), new(Color.Green)),
            (new string(unicode ? '─' : '.', width - full), Quiet),
        ];
    }

    private (string, Style) Symbol(TaskState state) =>
        state switch
        {
            TaskState.Done => (unicode ? "✓ " : "+ ", new(Color.Green)),
            TaskState.Running => (unicode ? "▶ " : "> ", new(Color.Blue)),
            TaskState.Failed => (unicode ? "✗ " : "x ", new(Color.Red)),
            TaskState.Skipped => (unicode ? "– " : "- ", Quiet),
            _ => (unicode ? "· " : ". ", Quiet),
        };

    private static string Padded(string text, int width) =>
        text + new string(' ', Math.Max(0, width - OneLine.Width(text)));

    private string Short(string text, int width) =>
        text.Length <= width ? text : $"{text[..(width - 1)]}{(unicode ? "…" : ".")}";
}
