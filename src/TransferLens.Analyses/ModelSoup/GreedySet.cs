using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The runs that a greedy soup of a target may take: those from P, whatever run, rate and seed.</summary>
/// <param name="Target">The target, which has validation images.</param>
/// <param name="Runs">At least two.</param>
internal sealed record GreedySet(string Target, ImmutableArray<PlannedRun> Runs)
{
    /// <summary>The sets of a study: one for each target with validation images and two runs.</summary>
    /// <param name="study">The study.</param>
    /// <param name="members">Names of the runs; empty for all that start from P.</param>
    /// <exception cref="InputException">A name is not that of a run from P.</exception>
    public static ImmutableArray<GreedySet> Create(PlannedStudy study, ImmutableArray<string> members)
    {
        var runs = study.Runs.Where(run => run.Initialization == Initialization.Pretrained).ToList();
        var names = runs.Select(run => run.Run).Distinct().ToList();
        if (members.FirstOrDefault(member => !names.Contains(member)) is { } unknown)
        {
            throw new InputException(SoupWords.Greedy.NoSuchRun(unknown, names));
        }

        return
        [
            .. runs.Where(run => members.IsEmpty || members.Contains(run.Run))
                .Where(run => run.ValidationImages is not null)
                .GroupBy(run => run.Target)
                .Where(target => target.Skip(1).Any())
                .Select(target => new GreedySet(target.Key, [.. target])),
        ];
    }
}
