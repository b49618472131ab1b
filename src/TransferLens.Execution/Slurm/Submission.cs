using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// The store's record of a submitted job array: its script, its tasks, its job id, and how its tasks ended.
/// </summary>
internal sealed class Submission
{
    private readonly string folder;

    /// <summary>Reads the record in a folder.</summary>
    public Submission(string folder)
    {
        this.folder = folder;
        var about = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "submission.json")))!;
        (Name, Run) = ((string)about["name"]!, (string)about["run"]!);
        Elements =
        [
            .. File.ReadAllLines(Path.Combine(folder, "tasks")).Select(line => line.Split(' ').ToImmutableArray()),
        ];
    }

    /// <summary>Name of its folder.</summary>
    public string Id => Path.GetFileName(folder);

    /// <summary>The job's name, which no other job has.</summary>
    public string Name { get; }

    /// <summary>Folder of the run that submitted it.</summary>
    public string Run { get; }

    /// <summary>The keys of each element's tasks.</summary>
    public ImmutableArray<ImmutableArray<string>> Elements { get; }

    /// <summary>Path of the script.</summary>
    public string Script => Path.Combine(folder, "job.sh");

    /// <summary>
    /// The job id; null until Slurm has assigned one, and when the submitting process died before it learned the id.
    /// </summary>
    public string? Job
    {
        get
        {
            var path = Path.Combine(folder, "job");
            return field ??= File.Exists(path) ? File.ReadAllText(path) : null;
        }
        set
        {
            DurableFile.Write(Path.Combine(folder, "job"), value!);
            field = value;
        }
    }

    /// <summary>Path of what Slurm printed about an element; the file may be missing.</summary>
    public string Log(int element) => Path.Combine(folder, $"slurm-{element}.txt");

    /// <summary>
    /// How the tasks that an element started have ended, by key: the last exit code, or null for an interrupted task.
    /// </summary>
    public IReadOnlyDictionary<string, int?> Trace(int element)
    {
        var (path, codes) = (
            Path.Combine(folder, $"trace-{element}"),
            new Dictionary<string, int?>(StringComparer.Ordinal)
        );
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            var parts = line.Split(' ');
            codes[parts[0]] = parts.Length > 1 && int.TryParse(parts[1], out var code) ? code : null;
        }

        return codes;
    }
}
