using System.Collections.Immutable;

namespace TransferLens.Report.Comparisons;

/// <summary>Short names for the targets of several studies.</summary>
internal static class ComparedNames
{
    /// <summary>The study's name, followed by the target's name if there are several targets.</summary>
    public static ImmutableArray<string> Create(ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets)
    {
        var isOneTarget = targets.Select(one => one.Target.Target).Distinct().Count() == 1;
        return [.. targets.Select(one => isOneTarget ? one.Study.Name : $"{one.Study.Name}, {one.Target.Target}")];
    }
}
