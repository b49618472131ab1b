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
                ? Both(inputs["train"], inputs["test"], results)
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
        var held = run.ValidationImages is null ? "" : $", {validation.Used:N0} validation";
        var note = skipped > 0 ? $", {skipped:N0} left out that cannot be decoded" : "";
        var facts = plan.Targets.FirstOrDefault(known => known.Name == target);
        LeftOutFiles[] files = facts is null ? [] : [.. facts.TrainLeftOut, .. facts.TestLeftOut];
        var others = files.Length > 0 ? $"; not read: {LeftOutFiles.List(files)}" : "";
        var shared = facts?.SharedImages is > 0 and var same ? $"; {same:N0} test images are training images too" : "";
        var classes = DataNotes.ClassesOf(run.TrainImages);
        var order = $"{classes.Length} classes {ClassOrder.Describe(classes)}: {ClassOrder.List(classes)}";
        return $"{train.Used:N0} training{held} and {test.Used:N0} test images{note}; {order}{others}{shared}";
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
            AddFiles(counts["train"]!.AsObject(), facts.TrainLeftOut);
            AddFiles(counts["test"]!.AsObject(), facts.TestLeftOut);
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

    private static void AddFiles(JsonObject part, ImmutableArray<LeftOutFiles> files)
    {
        if (!files.IsEmpty)
        {
            part["leftOut"] = JsonSerializer.SerializeToNode(files, ResultJson.Options);
        }
    }

    /// <summary>The number of images that were left out in total.</summary>
    public static int Skipped(Plan plan, StoreResults results) =>
        plan.Tasks.Where(task => task.Kind.Has(TaskTraits.DecodesImages)).Sum(task => Of(task, results).Skipped);

    private static JsonObject Both(TaskSpec train, TaskSpec test, StoreResults results) =>
        new() { ["train"] = Count(train, results), ["test"] = Count(test, results) };

    private static JsonObject Count(TaskSpec images, StoreResults results)
    {
        var (used, skipped) = Of(images, results);
        return new()
        {
            ["images"] = used,
            ["skipped"] = skipped,
            ["digest"] = images.Settings["digest"]!.DeepClone(),
        };
    }

    private static (int Used, int Skipped) Of(TaskSpec images, StoreResults results)
    {
        var read = results.Read(images);
        return ((int)read["images"]!, (int)read["skipped"]!);
    }
}
