using System.Text.Json.Nodes;
using TransferLens.Cli.Tests.Runs;

namespace TransferLens.Cli.Tests.Commands;

public sealed class CleanTests(FinishedStudy finished)
{
    [Fact]
    public void What_no_run_needs_is_told_and_removed_when_asked_and_nothing_else()
    {
        using var copy = finished.Copy();
        var whole = copy.Results();
        var artifacts = Directory.GetDirectories(Path.Combine(copy.Store, "artifacts")).Length;
        Assert.Contains("is used by the one run", copy.Do("clean", "runs").Ended(0).Output);

        // The study asks for less, a crash left a draft and an artifact half removed, and a task was dropped in its middle.
        copy.Run("--set", "runs.RI-T.seeds=[1]").Ended(0);
        var less = copy.Results();
        var dropped = new string('a', 64);
        Directory.CreateDirectory(Path.Combine(copy.Store, "running", dropped, "work"));
        Directory.CreateDirectory(Path.Combine(copy.Store, "artifacts", ".discarded-1"));
        File.WriteAllText(Path.Combine(copy.Store, "tasks", $"{dropped}.json.1.part"), "{");
        foreach (var name in (string[])["0123456789ab/submission.json", "submitting/lease-7"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy.Store, "slurm", name))!);
            File.WriteAllText(Path.Combine(copy.Store, "slurm", name), "{}");
        }

        var told = copy.Do("clean", "runs/tiny").Ended(0).Output;
        Assert.Contains("artifact of 'train ink RI-T s2'", told);
        Assert.DoesNotContain("'train ink RI-T s1'", told);
        Assert.Contains("a partly removed artifact", told);
        Assert.Contains("an unfinished draft", told);
        Assert.Contains("script and output of an ended job array", told);
        Assert.Contains("work on a task of no run", told);
        Assert.Contains("Nothing was removed; use --delete", told);
        var json = JsonNode.Parse(copy.Do("clean", "runs/store", "--json").Ended(0).Output)!;
        Assert.Equal(told.Count(c => c == '\n') - 1, json["leftovers"]!.AsArray().Count);
        Assert.True((long)json["bytes"]! > 0);

        copy.Do("clean", "--delete").Ended(0);
        Assert.Contains("Nothing to remove", copy.Do("clean").Ended(0).Output);
        // The numbers of who may submit go on where they were.
        Assert.Equal(
            ["submitting"],
            Directory.GetFileSystemEntries(Path.Combine(copy.Store, "slurm")).Select(Path.GetFileName)
        );
        Assert.InRange(Directory.GetDirectories(Path.Combine(copy.Store, "artifacts")).Length, 1, artifacts - 1);
        Assert.Equal("", copy.Run("--set", "runs.RI-T.seeds=[1]").Ended(0).Error);
        Assert.Equal(less, copy.Results());
        copy.Run().Ended(0);
        Assert.Equal(whole, copy.Results());
    }

    [Fact]
    public void What_another_run_of_the_store_needs_stays()
    {
        using var copy = finished.Copy();
        copy.Run("--set", "runs.RI-T.seeds=[1]", "--out", "elsewhere/less", "--store", "runs/store").Ended(0);
        copy.Run().Ended(0);
        Directory.Move(copy.Out, copy["away"]);
        // It may be on a disk that is away, so that nothing of it is taken for spare.
        Assert.Matches(
            "The run '.*tiny' uses the store .*, but its folder is missing.*--forget-missing",
            copy.Do("clean", "runs/store", "--delete").Refused()
        );
        var told = copy.Do("clean", "runs/store", "--forget-missing").Ended(0).Output;
        Assert.Contains("artifact of 'train ink RI-T s2'", told);
        Assert.DoesNotContain("'train ink RI-T s1'", told);
        copy.Do("clean", "runs/store", "--delete", "--forget-missing").Ended(0);
        Assert.Contains("Nothing to remove", copy.Do("clean", "runs/store").Ended(0).Output);
        Assert.Equal(
            "",
            copy.Run("--set", "runs.RI-T.seeds=[1]", "--out", "elsewhere/less", "--store", "runs/store").Ended(0).Error
        );
    }

    [Fact]
    public void A_store_that_is_worked_in_or_is_none_is_refused()
    {
        using var study = LongStudy.Make();
        Assert.Contains("neither a store, nor a run", study.Do("clean", ".").Refused());
        using var run = study.StartRun();
        LongStudy.InTraining(study, run);
        Assert.Contains("is in progress", study.Do("clean", "runs", "--delete").Refused());
    }
}
