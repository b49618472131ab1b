using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Formats;

namespace TransferLens.Runs;

/// <summary>What users should know about their data before a study runs, a sentence each.</summary>
internal static class DataNotes
{
    /// <summary>What was assumed, warnings, and the files that are not read.</summary>
    public static IEnumerable<string> Warnings(Plan plan) =>
        [
            .. plan.Study.Notes,
            .. new[] { plan.Source }.OfType<PlannedTarget>().Concat(plan.Targets).SelectMany(Warnings),
        ];

    /// <summary>The classes of each target and their order.</summary>
    public static IEnumerable<string> Classes(Plan plan) =>
        plan
            .Runs.DistinctBy(run => run.Target)
            .Select(run => (run.Target, Names: ClassesOf(run.TrainImages)))
            .Select(target =>
                $"{target.Target}: {target.Names.Length} classes {ClassOrder.Describe(target.Names)}: "
                + ClassOrder.List(target.Names)
            );

    /// <summary>The classes of a task that decodes images.</summary>
    public static ImmutableArray<string> ClassesOf(TaskSpec images) =>
        TaskSettings.Read<ImagesTaskSettings>(images.Settings).Classes;

    private static IEnumerable<string> Warnings(PlannedTarget target)
    {
        var validation = target.Validation;
        IEnumerable<string?> all =
        [
            Shared(target, target.SharedImages, target.TestImages, "test", "training", "so test scores are too high"),
            Shared(
                target,
                validation?.SharedWithTraining,
                validation?.Images ?? 0,
                "validation",
                "training",
                "so what is chosen on them is chosen on images that were trained on"
            ),
            Shared(
                target,
                validation?.SharedWithTest,
                target.TestImages,
                "test",
                "validation",
                "so the test scores of what was chosen on these are too high"
            ),
            .. target.LeftOut.Select(part =>
                $"Not read in the {part.Part} data of {target.Name}: {LeftOutFiles.List(part.Files)}."
            ),
            .. target.Remarks.Select(remark => $"In the data of {target.Name}, {remark}"),
        ];
        return all.OfType<string>();
    }

    private static string? Shared(
        PlannedTarget target,
        int? shared,
        int count,
        string part,
        string other,
        string consequence
    ) =>
        shared is > 0
            ? $"Warning: {shared:N0} of the {count:N0} {part} images of {target.Name} are also among its "
                + $"{other} images (equal content), {consequence}. Remove them from one of the two."
            : null;
}
