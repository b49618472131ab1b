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
        [.. plan.Study.Notes, .. plan.Targets.SelectMany(Warnings)];

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
        if (target.SharedImages is > 0 and var shared)
        {
            yield return $"Warning: {shared:N0} of the {target.TestImages:N0} test images of {target.Name} are also "
                + "among its "
                + "training images (equal content), so test scores are too high. Remove them from one of the two.";
        }

        foreach (var (part, files) in new[] { ("training", target.TrainLeftOut), ("test", target.TestLeftOut) })
        {
            if (!files.IsEmpty)
            {
                yield return $"Not read in the {part} data of {target.Name}: {LeftOutFiles.List(files)}.";
            }
        }
    }
}
