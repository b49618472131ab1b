using System.Text.Json.Nodes;
using TransferLens.Cli.Tests.Files;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

/// <summary>A study with every analysis under kills that are at most six seconds apart.</summary>
public sealed class KilledStudyTests(EveryAnalysis every)
{
    // As a sample, tasks of some kinds are computed again, and killed a few times. With TRANSFERLENS_KILLED_STUDY=whole
    // the whole study is, and killed until it ends.
    private static readonly bool IsWhole = Environment.GetEnvironmentVariable("TRANSFERLENS_KILLED_STUDY") == "whole";
    private static readonly int Most = IsWhole ? 5000 : 4;
    private static readonly string[] Sample = ["module_criticality", "plane", "curve", "feature_similarity"];

    // Tasks of the whole study that take many lives.
    private static readonly string[] Longer =
    [
        "--set",
        "analyses.performance_barrier={points: 41, plane: 21, basin_draws: 100, align: weights, curve: {epochs: 4}}",
        "--set",
        "analyses.module_criticality={paths: direct, alphas: [0, 0.3, 0.5, 0.8, 1], sigmas: [0.05, 0.1, 0.2], draws: 12}",
        "--set",
        "analyses.wise_ft={points: 41}",
        "--set",
        "analyses.checkpoint_sweep={points: 41, instability: true}",
    ];

    private static string[] Arguments => [.. EveryAnalysis.Arguments, .. IsWhole ? Longer : []];

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(6);

    [Fact]
    public void A_study_that_is_killed_every_few_seconds_ends_with_the_same_results()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists processes in /proc.");
        using var undisturbed = IsWhole ? new TinyStudy() : null;
        undisturbed?.Run(Arguments).Ended(0);
        var expected = (undisturbed ?? every.Study).Results();
        using var study = new TinyStudy();
        if (!IsWhole)
        {
            CopyStore(study);
        }

        var (random, kills, ended) = (new Random(23), 0, false);
        while (kills < Most && !ended)
        {
            using var run = study.StartRun(Arguments);
            kills += KillLater(run, Shortest + ((Longest - Shortest) * random.NextDouble()), random.Next(2) == 0);
            var result = run.End();
            // A process that crashes by itself must not count as killed.
            Assert.True(
                result.Code is 0 or 137,
                $"after {kills} kills the run ended with {result.Code}: {result.Output}{result.Error}"
            );
            ended = result.Code == 0;
        }

        HostileInput.Note("kills of a study with every analysis, at most 6 s apart", kills);
        Assert.True(kills > 0, "nothing was killed");
        Assert.True(ended || !IsWhole, $"the study did not end in spite of {kills} lives");
        if (!ended)
        {
            study.Run(Arguments).Ended(0);
        }

        Assert.Equal(expected, study.Results());
        Assert.Empty(
            Directory.GetDirectories(Path.Combine(study.Store, "running"), "work", SearchOption.AllDirectories)
        );
    }

    private static int KillLater(Command run, TimeSpan life, bool withWorkers)
    {
        for (var end = DateTime.UtcNow + life; DateTime.UtcNow < end && !run.HasEnded; Thread.Sleep(20)) { }
        if (run.HasEnded)
        {
            return 0;
        }

        int[] processes = [run.Id, .. withWorkers ? Signal.Children(run.Id) : []];
        Signal.Send("KILL", processes.Where(Signal.Runs).Select(id => $"{id}"));
        return 1;
    }

    // All that the finished study left but the artifacts of the sample.
    private void CopyStore(TinyStudy study)
    {
        foreach (var file in Directory.GetFiles(every.Study.Store, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(study.Store, Path.GetRelativePath(every.Study.Store, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        foreach (var task in Directory.GetFiles(Path.Combine(study.Store, "tasks"), "*.json"))
        {
            if (Sample.Contains((string)JsonNode.Parse(File.ReadAllText(task))!["kind"]!))
            {
                var key = Path.GetFileNameWithoutExtension(task);
                Directory.Delete(Path.Combine(study.Store, "artifacts", key), recursive: true);
            }
        }
    }
}
