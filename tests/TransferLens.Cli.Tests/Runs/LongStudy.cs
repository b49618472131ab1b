using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>A study whose trainings are long enough to be broken off in the middle, and what it comes to undisturbed.</summary>
public sealed class LongStudy
{
    private readonly Lazy<byte[]> undisturbed = new(() =>
    {
        using var study = Make();
        study.Run().Ended(0);
        return study.Results();
    });

    /// <summary>Its <c>results.json</c> when nothing happens to it.</summary>
    internal byte[] Undisturbed => undisturbed.Value;

    /// <summary>The study in a new folder with a store of its own.</summary>
    internal static TinyStudy Make()
    {
        var study = new TinyStudy();
        study.Write(
            "study.yaml",
            TinyStudy
                .Text()
                .Replace("epochs: 3, batch_size: 12", "epochs: 30, batch_size: 4, keep: [2, 29]")
                .Replace("epochs: 3, batch_size: 6", "epochs: 30, batch_size: 4, keep_best: true")
                .Replace("seeds: [1, 2]", "seeds: [1]")
                .Replace("\n  performance_barrier: {points: 3}", "")
        );
        return study;
    }

    /// <summary>Waits until a training is in the middle of an epoch, the second at least; gives its key.</summary>
    /// <param name="study">The study.</param>
    /// <param name="command">Its run, which must not end meanwhile.</param>
    /// <param name="title">How the task's title begins.</param>
    /// <param name="newest">Whether its progress must be newer than now, which a clock that jumps cannot say.</param>
    internal static string InTraining(TinyStudy study, Command command, string title = "train ", bool newest = true)
    {
        var started = DateTime.UtcNow;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(3); Thread.Sleep(5))
        {
            if (command.HasEnded)
            {
                Assert.Fail($"the run ended before it was in a training: {command.End()}");
            }

            var running = Path.Combine(study.Store, "running");
            foreach (
                var progress in Directory.Exists(running)
                    ? Directory.GetFiles(running, "progress.json", SearchOption.AllDirectories)
                    : []
            )
            {
                var key = Path.GetFileName(Path.GetDirectoryName(progress)!);
                if (
                    (!newest || File.GetLastWriteTimeUtc(progress) > started)
                    && Read(progress) is { } now
                    && (string?)now["message"] is { } message
                    && message.StartsWith("epoch ", StringComparison.Ordinal)
                    && !message.StartsWith("epoch 1/", StringComparison.Ordinal)
                    && ((string?)Read(Path.Combine(study.Store, "tasks", $"{key}.json"))?["title"])?.StartsWith(
                        title,
                        StringComparison.Ordinal
                    ) == true
                )
                {
                    return key;
                }
            }
        }

        Assert.Fail("no training began within three minutes");
        return "";
    }

    /// <summary>The process that computes a task of a study now, as its lease says.</summary>
    internal static int Worker(TinyStudy study, string key)
    {
        var newest = Directory
            .GetFiles(Path.Combine(study.Store, "running", key), "lease-*")
            .MaxBy(lease => int.Parse(Path.GetFileName(lease)["lease-".Length..]))!;
        return (int)JsonNode.Parse(File.ReadLines(newest).First())!["process"]!;
    }

    private static JsonNode? Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
