using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Formats;

namespace TransferLens.Runs;

/// <summary>The numbers of images that a study used, and that it skipped because they cannot be decoded.</summary>
internal static class UsedImages
{
    /// <summary>
    /// Counts for <c>results.json</c>: of the source, null unless P is trained here, and of every target.
    /// </summary>
    public static JsonObject Json(Plan plan, StoreResults results) =>
        new()
        {
            ["source"] = plan.Pretraining?.Inputs is { Count: > 0 } inputs
                ? Source(plan, inputs["train"], inputs["test"], results)
                : null,
            ["targets"] = new JsonArray([
                .. plan
                    .Runs.DistinctBy(run => run.Target)
                    .Select(run =>
                    {
                        var counts = Both(run.TrainImages, run.TestImages, results);
                        counts.Insert(0, "target", run.Target);
                        if (run.ValidationImages is { } validation)
                        {
                            counts["validation"] = Count(validation, results);
                        }

                        AddFacts(counts, plan, run);
                        return counts;
                    }),
            ]),
        };

    /// <summary>Counts of a target in words, for the report.</summary>
    public static string Words(Plan plan, string target, StoreResults results)
    {
        var run = plan.Runs.First(run => run.Target == target);
        var (train, test) = (Of(run.TrainImages, results), Of(run.TestImages, results));
        var validation = run.ValidationImages is { } images ? Of(images, results) : default;
        var skipped = train.Skipped + test.Skipped + validation.Skipped;
        var frames = train.MoreFrames + test.MoreFrames + validation.MoreFrames;
        var moving = frames > 0 ? $", {frames:N0} with several frames or pages, of which the first is used" : "";
        var held = run.ValidationImages is null ? "" : $", {validation.Used:N0} validation";
        var note = skipped > 0 ? $", {skipped:N0} left out that cannot be decoded" : "";
        var facts = plan.Targets.FirstOrDefault(known => known.Name == target);
        var others = string.Concat(
            (facts?.LeftOut ?? []).Select(part =>
                $"; not read in the {part.Part} data: {LeftOutFiles.List(part.Files)}"
            )
        );
        var shared = string.Concat(
            Shared(facts?.SharedImages, "test images are training images too"),
            Shared(facts?.Validation?.SharedWithTraining, "validation images are training images too"),
            Shared(facts?.Validation?.SharedWithTest, "test images are validation images too")
        );
        var remarks = string.Concat((facts?.Remarks ?? []).Select(remark => $"; {remark.TrimEnd('.')}"));
        var classes = DataNotes.ClassesOf(run.TrainImages);
        var order = $"{classes.Length} classes {ClassOrder.Describe(classes)}: {ClassOrder.List(classes)}";
        return $"{train.Used:N0} training{held} and {test.Used:N0} test images{note}{moving}; {order}"
            + $"{others}{shared}{remarks}";
    }

    private static string Shared(int? count, string what) => count is > 0 ? $"; {count:N0} {what}" : "";

    private static JsonObject Source(Plan plan, TaskSpec train, TaskSpec test, StoreResults results)
    {
        var counts = Both(train, test, results);
        if (plan.Source is { } facts)
        {
            AddFiles(counts, facts);
        }

        return counts;
    }

    // Members that say nothing new are left out: no shared images, no files left out, no split.
    private static void AddFacts(JsonObject counts, Plan plan, PlannedRun run)
    {
        var classes = DataNotes.ClassesOf(run.TrainImages);
        counts["classes"] = new JsonArray([.. classes.Select(name => (JsonNode)name)]);
        counts["classOrder"] = ClassOrder.Describe(classes);
        if (plan.Targets.FirstOrDefault(target => target.Name == run.Target) is { } facts)
        {
            counts["sharedImages"] = facts.SharedImages;
            AddFiles(counts, facts);
            if (!facts.Remarks.IsEmpty)
            {
                counts["remarks"] = new JsonArray([.. facts.Remarks.Select(remark => (JsonNode)remark)]);
            }
        }

        if (plan.Study.Targets.First(target => target.Key == run.Target).Value.Train.Split is { } split)
        {
            counts["split"] = new JsonObject
            {
                ["test"] = split.Test,
                ["validation"] = split.Validation,
                ["seed"] = split.Seed,
            };
        }
    }

    private static void AddFiles(JsonObject counts, PlannedTarget facts)
    {
        AddFiles(counts["train"], facts.TrainLeftOut);
        AddFiles(counts["test"], facts.TestLeftOut);
        if (facts.Validation is { } validation && counts["validation"] is JsonObject held)
        {
            held["sharedWithTraining"] = validation.SharedWithTraining;
            held["sharedWithTest"] = validation.SharedWithTest;
            AddFiles(held, validation.LeftOut);
        }
    }

    private static void AddFiles(JsonNode? part, ImmutableArray<LeftOutFiles> files)
    {
        if (!files.IsEmpty)
        {
            part!["leftOut"] = JsonSerializer.SerializeToNode(files, ResultJson.Options);
        }
    }

    /// <summary>The number of images that were left out in total.</summary>
    public static int Skipped(Plan plan, StoreResults results) => All(plan, results).Sum(counts => counts.Skipped);

    /// <summary>The number of images with several frames or pages in total.</summary>
    public static int MoreFrames(Plan plan, StoreResults results) =>
        All(plan, results).Sum(counts => counts.MoreFrames);

    private static IEnumerable<(int Used, int Skipped, int MoreFrames)> All(Plan plan, StoreResults results) =>
        plan.Tasks.Where(task => task.Kind.Has(TaskTraits.DecodesImages)).Select(task => Of(task, results));

    private static JsonObject Both(TaskSpec train, TaskSpec test, StoreResults results) =>
        new() { ["train"] = Count(train, results), ["test"] = Count(test, results) };

    private static JsonObject Count(TaskSpec images, StoreResults results)
    {
        var (used, skipped, moreFrames) = Of(images, results);
        var counts = new JsonObject
        {
            ["images"] = used,
            ["skipped"] = skipped,
            ["digest"] = images.Settings["digest"]!.DeepClone(),
        };
        if (moreFrames > 0)
        {
            counts["moreFrames"] = moreFrames;
        }

        return counts;
    }

    private static (int Used, int Skipped, int MoreFrames) Of(TaskSpec images, StoreResults results)
    {
        var read = results.Read(images);
        return ((int)read["images"]!, (int)read["skipped"]!, (int?)read["moreFrames"] ?? 0);
    }
}
