using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Runs;

/// <summary>The short names of models in findings: P, the runs of the study, and one run by its seed.</summary>
internal static class RunNames
{
    /// <summary>Each name with its meaning, in the order of training.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> Explain(Plan plan)
    {
        var targets = plan.Study.Targets is [var only] ? only.Key : "a target";
        var names = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (plan.Pretraining is not null)
        {
            names.Add(new("P", "the pretrained checkpoint"));
        }

        foreach (var run in plan.Runs.DistinctBy(run => run.Run))
        {
            var meaning =
                run.Initialization == Initialization.Pretrained
                    ? $"P, fine-tuned on {targets}"
                    : $"trained on {targets} from random initial weights (RI)";
            names.Add(new(run.Run, meaning));
        }

        if (plan.Runs is [var first, ..])
        {
            names.Add(new(first.Label, $"the {first.Run} run with seed {first.Seed}"));
        }

        return names.ToImmutable();
    }
}
