using System.Text.Json.Nodes;

namespace TransferLens.Cli.Tests.Slurm;

/// <summary>
/// A study that Slurm computes in seconds, and one whose first job exceeds its time limit. The second starts first, as
/// Slurm checks time limits only every half minute.
/// </summary>
public sealed class SlurmStudy : IDisposable
{
    private readonly RealSlurm slurm = new();
    private readonly TinyStudy? overTime;
    private readonly Lazy<byte[]> local = new(() =>
    {
        using var study = Make("tiny");
        study.Run().Ended(0);
        return study.Results();
    });

    /// <summary>Starts Slurm and the study that exceeds its time limit.</summary>
    public SlurmStudy()
    {
        if (slurm.Missing is null)
        {
            overTime = MakeSmall(
                "overtime",
                "  time: 1",
                "  retries: 1",
                "  setup: ['[ -e slept ] || { touch slept; sleep 600; }']",
                "  in_flight: 1"
            );
            OverTime = Command.Start(overTime.Path, "run", "study.yaml", "--executor", "slurm");
        }
    }

    /// <summary>The results of <see cref="Make"/>'s study on this machine.</summary>
    internal byte[] Local => local.Value;

    /// <summary>The run whose first job exceeds its time limit.</summary>
    internal Command OverTime { get; } = null!;

    /// <summary>Folder of that run's store.</summary>
    internal string OverTimeStore => overTime!.Store;

    /// <summary>The cluster. Skips the test where there is none.</summary>
    internal RealSlurm Cluster()
    {
        Assert.SkipWhen(slurm.Missing is not null, slurm.Missing ?? "");
        return slurm;
    }

    /// <summary>The study in a new folder. Its training runs are long enough to be interrupted.</summary>
    internal static TinyStudy Make(string name, params IEnumerable<string> settings)
    {
        var study = new TinyStudy();
        study.Write(
            "study.yaml",
            TinyStudy
                .Text(name)
                .Replace("epochs: 3, batch_size: 12", "epochs: 12, batch_size: 4", StringComparison.Ordinal)
                .Replace("epochs: 3, batch_size: 6", "epochs: 12, batch_size: 4", StringComparison.Ordinal)
                .Replace("seeds: [1, 2]", "seeds: [1]", StringComparison.Ordinal)
                .Replace("\n  performance_barrier: {points: 3}", "", StringComparison.Ordinal)
                + string.Join('\n', ["\nslurm:", "  poll: 1", .. settings])
                + "\n"
        );
        return study;
    }

    /// <summary>The same study, reduced to one training run from random weights.</summary>
    internal static TinyStudy MakeSmall(string name, params IEnumerable<string> settings)
    {
        var study = Make(name, settings);
        var text = File.ReadAllText(study["study.yaml"]);
        study.Write(
            "study.yaml",
            text.Remove(
                    text.IndexOf("pretrained:", StringComparison.Ordinal),
                    text.IndexOf("targets:", StringComparison.Ordinal)
                        - text.IndexOf("pretrained:", StringComparison.Ordinal)
                )
                .Replace("  P-T: {init: pretrained, learning_rate: 0.02, seeds: [1]}\n", "", StringComparison.Ordinal)
                .Replace("\n  parameter_distance:", "", StringComparison.Ordinal)
        );
        return study;
    }

    /// <summary>How often jobs started each task of a store, by the task's title.</summary>
    internal static Dictionary<string, int> Starts(string store) =>
        Directory
            .GetFiles(Path.Combine(store, "slurm"), "trace-*", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines)
            .Where(line => line.EndsWith(" begun", StringComparison.Ordinal))
            .GroupBy(line => line.Split(' ')[0])
            .ToDictionary(
                group =>
                    (string)
                        JsonNode.Parse(File.ReadAllText(Path.Combine(store, "tasks", $"{group.Key}.json")))!["title"]!,
                group => group.Count()
            );

    public void Dispose()
    {
        OverTime?.Dispose();
        overTime?.Dispose();
        slurm.Dispose();
    }
}
