using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Slurm;

/// <summary>A job array that was submitted, as the store remembers it: its script, its tasks, its job id, and what became of them.</summary>
public sealed class Submission
{
    private readonly string folder;

    internal Submission(string folder)
    {
        this.folder = folder;
        var about = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "submission.json")))!;
        (Name, Run) = ((string)about["name"]!, (string)about["run"]!);
        Elements =
        [
            .. File.ReadAllLines(Path.Combine(folder, "tasks")).Select(line => line.Split(' ').ToImmutableArray()),
        ];
    }

    /// <summary>Its name in the folder of submissions.</summary>
    public string Id => Path.GetFileName(folder);

    /// <summary>The job's name, which no other has.</summary>
    public string Name { get; }

    /// <summary>The run for which it was submitted: its folder.</summary>
    public string Run { get; }

    /// <summary>The keys of each element's tasks.</summary>
    public ImmutableArray<ImmutableArray<string>> Elements { get; }

    /// <summary>The script's file.</summary>
    public string Script => Path.Combine(folder, "job.sh");

    /// <summary>The job id; null until Slurm gave one, or when whoever submitted it died in between.</summary>
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

    /// <summary>What Slurm itself had to say of an element; may be missing.</summary>
    public string Log(int element) => Path.Combine(folder, $"slurm-{element}.txt");

    /// <summary>How the tasks of an element that were begun ended, by key: the last exit code, or null when the task did not come to its end.</summary>
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
