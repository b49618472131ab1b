using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TransferLens.Analyses;
using TransferLens.Analyses.Interpolation;
using TransferLens.Report;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Runs;

/// <summary>
/// What the end of a run wrote into its folder. A run that finds every task done, by the same program, and every file as it was
/// left, has nothing to write again.
/// </summary>
internal static class WrittenResults
{
    private const string Name = ".written.json";
    private static readonly string[] Files = ["results.json", "provenance.csv", "report.html"];
    private static readonly string[] Folders = ["figures", "tables", "checkpoints", "tensorboard"];

    private sealed record Note(string Of, string Files, string Findings);

    /// <summary>The findings in words, as they were printed when what is there was written; null where it must be written again.</summary>
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
            return null; // No such run yet, or one whose note is damaged.
        }
    }

    /// <summary>Notes what was written just now.</summary>
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
            // Results and report are whole; the next run writes them again.
        }
    }

    private static string PathIn(RunFolder folder) => Path.Combine(folder.Path, Name);

    // All that results and report are made from: the program, the plan, and the artifacts with the digests of their files and where they came from.
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

    // Every file with its length and the time that it was written at.
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
        return string.Join(
            '\n',
            files
                .Select(file =>
                    $"{Path.GetRelativePath(folder.Path, file.FullName)} {(file.Exists ? file.Length : -1)} {(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)}"
                )
                .Order(StringComparer.Ordinal)
        );
    }
}
