using System.Collections.Immutable;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The modules that trainings could do without, as far as rewinding one at a time shows.</summary>
internal static class SparedModules
{
    /// <summary>Those whose rewinding shows no loss in any training: the 95 % bootstrap interval of the accuracy lost reaches 0.</summary>
    /// <param name="trainings">Rewinding of trainings that differ in their seeds; at least one.</param>
    public static ImmutableArray<string> Of(IReadOnlyList<RewindingResult> trainings) =>
        [
            .. trainings[0]
                .Modules.Select(module => module.Name)
                .Where(name =>
                    trainings.All(training => training.Modules.First(module => module.Name == name).ScoreLostLow <= 0)
                ),
        ];

    /// <summary>The same without the head, which starts at random in every training, so that it cannot be frozen at P's value.</summary>
    /// <param name="trainings">Rewinding of trainings that differ in their seeds; at least one.</param>
    public static ImmutableArray<string> BeforeHead(IReadOnlyList<RewindingResult> trainings)
    {
        var spared = Of(trainings);
        return trainings[0].HeadLeftOut ? spared : spared.Remove(trainings[0].Modules[^1].Name);
    }
}
