using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>
/// Tasks that displays show together: all image sets, the tasks of one run on one target, or the tasks of an analysis.
/// </summary>
/// <param name="Name">A few words, for example <c>clipart P-T</c> or <c>performance barrier</c>.</param>
/// <param name="Panel">
/// The panel that its learning curves share with other groups: a target's name, or the group's own name.
/// </param>
/// <param name="Tasks">Its tasks, inputs before the tasks that read them.</param>
/// <param name="Needs">Names of the groups whose artifacts its tasks read, in the plan's order.</param>
public sealed record TaskGroup(string Name, string Panel, ImmutableArray<TaskSpec> Tasks, ImmutableArray<string> Needs)
{
    /// <summary>
    /// The groups of a plan. Each task is in exactly one; every group comes after those it needs, where that is
    /// possible.
    /// </summary>
    internal static ImmutableArray<TaskGroup> FromPlan(Plan plan)
    {
        var claimed = new Dictionary<string, string>(StringComparer.Ordinal);
        List<(string Name, string Panel)> names = [];
        Claim("images", "images", plan.Tasks.Where(task => task.Kind.Has(TaskTraits.DecodesImages)));
        Claim("pretraining", "the source", plan.Pretraining is { } pretraining ? [pretraining] : []);
        foreach (var run in plan.Runs.GroupBy(run => (run.Target, run.Run)))
        {
            var tasks = run.SelectMany(one => new[] { one.Train, one.Evaluate });
            Claim($"{run.Key.Target} {run.Key.Run}", run.Key.Target, tasks);
        }

        foreach (var analysis in plan.Analyses)
        {
            var name = analysis.Name.Replace('_', ' ');
            Claim(name, name, WithInputs(analysis.Tasks.Select(task => task.Task)));
        }

        Claim("other", "other", plan.Tasks);
        var groups = plan.Tasks.ToLookup(task => claimed[task.Key], StringComparer.Ordinal);
        return Ordered([
            .. names
                .Where(entry => groups.Contains(entry.Name))
                .Select(entry => new TaskGroup(entry.Name, entry.Panel, [.. groups[entry.Name]], Needs(entry.Name))),
        ]);

        void Claim(string name, string panel, IEnumerable<TaskSpec> wanted)
        {
            names.AddRange(names.Exists(known => known.Name == name) ? [] : [(name, panel)]);
            foreach (var task in wanted)
            {
                claimed.TryAdd(task.Key, name);
            }
        }

        ImmutableArray<string> Needs(string name)
        {
            var needed = groups[name]
                .SelectMany(task => task.Inputs.Values)
                .Select(input => claimed[input.Key])
                .ToHashSet(StringComparer.Ordinal);
            return [.. names.Select(entry => entry.Name).Where(other => other != name && needed.Contains(other))];
        }
    }

    // Tasks and everything that they read, directly or not.
    private static HashSet<TaskSpec> WithInputs(IEnumerable<TaskSpec> tasks)
    {
        var (seen, open) = (new HashSet<TaskSpec>(ReferenceEqualityComparer.Instance), new Stack<TaskSpec>(tasks));
        while (open.TryPop(out var task))
        {
            if (seen.Add(task))
            {
                task.Inputs.Values.ToList().ForEach(open.Push);
            }
        }

        return seen;
    }

    // Analyses may read each other's training runs, so groups can need each other in a circle.
    private static ImmutableArray<TaskGroup> Ordered(List<TaskGroup> groups)
    {
        var ordered = ImmutableArray.CreateBuilder<TaskGroup>();
        while (groups.Count > 0)
        {
            var next = groups.Find(group => group.Needs.All(need => ordered.Any(before => before.Name == need)))
                ?? groups[0];
            groups.Remove(next);
            ordered.Add(next);
        }

        return ordered.ToImmutable();
    }
}
