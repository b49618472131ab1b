using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Analyses.Interpolation;
using TransferLens.Report;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Runs;

/// <summary>
/// A record of the results that were written into a run's folder. If all tasks are done by the same program and no file
/// has changed, they need not be written again.
/// </summary>
internal static class WrittenResults
{
    private const string Name = ".written.json";
    private static readonly string[] Files = ["results.json", "provenance.csv", "report.html"];
    private static readonly string[] Folders = ["figures", "tables", "checkpoints", "tensorboard"];

    /// <summary>Names of the files and folders of results.</summary>
    public static IEnumerable<string> Names => [.. Files, .. Folders];

    private sealed record Note(string Of, string Files, string Findings);

    /// <summary>
    /// The findings in words, as printed when the results were written; null if the results must be written again.
    /// </summary>
    public static string? Findings(Plan plan, RunFolder folder)
    {
        try
        {
            var note = JsonSerializer.Deserialize<Note>(File.ReadAllText(PathIn(folder)));
            return note is not null && note.Of == Origin(plan, folder) && note.Files == Listing(folder)
                ? note.Findings
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // No results yet, or a damaged record.
        }
    }

    /// <summary>Records results that were just written.</summary>
    /// <param name="plan">The plan, every task of it done.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="findings">The findings in words.</param>
    public static void Keep(Plan plan, RunFolder folder, string findings)
    {
        try
        {
            DurableFile.Write(
                PathIn(folder),
                JsonSerializer.Serialize(new Note(Origin(plan, folder), Listing(folder), findings))
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Results and report are complete. The next run writes them again.
        }
    }

    private static string PathIn(RunFolder folder) => Path.Combine(folder.Path, Name);

    // Everything that results and report depend on: the program, the plan, and the artifacts' manifests.
    private static string Origin(Plan plan, RunFolder folder)
    {
        var parts = new[]
        {
            typeof(WrittenResults),
            typeof(BarrierMeasurement),
            typeof(ReportWriter),
            typeof(Metric),
            typeof(Bootstrap),
        }
            .Select(type => $"{type.Module.ModuleVersionId}")
            .Append(PlanFile.Write(plan).ToJsonString())
            .Concat(plan.Tasks.Select(task => folder.Store.Manifest(task.Key).ToJsonString()));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    // Every file with its length and modification time.
    private static string Listing(RunFolder folder)
    {
        var files = Files
            .Select(name => new FileInfo(Path.Combine(folder.Path, name)))
            .Concat(
                Folders
                    .Select(name => new DirectoryInfo(Path.Combine(folder.Path, name)))
                    .Where(inner => inner.Exists)
                    .SelectMany(inner => inner.GetFiles("*", SearchOption.AllDirectories))
            );
        return string.Join('\n', files.Select(Describe).Order(StringComparer.Ordinal));

        string Describe(FileInfo file)
        {
            var (length, time) = file.Exists ? (file.Length, file.LastWriteTimeUtc.Ticks) : (-1, 0);
            return $"{Path.GetRelativePath(folder.Path, file.FullName)} {length} {time}";
        }
    }
}
