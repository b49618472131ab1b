using System.Text.Json.Nodes;
using TransferLens.Plans;

namespace TransferLens.Cli.Runs;

/// <summary>How many pictures a study used, and how many it left out because they cannot be decoded.</summary>
internal static class UsedPictures
{
    /// <summary>For <c>results.json</c>: counts of the source, null unless P is trained here, and of every target.</summary>
    public static JsonObject Json(Plan plan, StoreResults results) => new()
    {
        ["source"] = plan.Pretraining?.Inputs is { Count: > 0 } inputs ? Both(inputs["train"], inputs["test"], results) : null,
        ["targets"] = new JsonArray([.. plan.Runs.DistinctBy(run => run.Target).Select(run =>
        {
            var counts = Both(run.TrainPictures, run.TestPictures, results);
            counts.Insert(0, "target", run.Target);
            return counts;
        })]),
    };

    /// <summary>For the report: counts of a target in words.</summary>
    public static string Words(Plan plan, string target, StoreResults results)
    {
        var run = plan.Runs.First(run => run.Target == target);
        var (train, test) = (Of(run.TrainPictures, results), Of(run.TestPictures, results));
        var skipped = train.Skipped + test.Skipped;
        return $"{train.Used:N0} training and {test.Used:N0} test pictures{(skipped > 0 ? $", {skipped:N0} left out that cannot be decoded" : "")}";
    }

    /// <summary>How many pictures were left out in all.</summary>
    public static int Skipped(Plan plan, StoreResults results) =>
        plan.Tasks.Where(task => task.Kind == "pictures").Sum(task => Of(task, results).Skipped);

    private static JsonObject Both(TaskSpec train, TaskSpec test, StoreResults results) => new() { ["train"] = Count(train, results), ["test"] = Count(test, results) };

    private static JsonObject Count(TaskSpec pictures, StoreResults results)
    {
        var (used, skipped) = Of(pictures, results);
        return new() { ["pictures"] = used, ["skipped"] = skipped, ["digest"] = pictures.Settings["digest"]!.DeepClone() };
    }

    private static (int Used, int Skipped) Of(TaskSpec pictures, StoreResults results)
    {
        var read = results.Read(pictures);
        return ((int)read["pictures"]!, (int)read["skipped"]!);
    }
}
