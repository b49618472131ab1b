using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Runs;

public sealed partial class StudyRunTests(FinishedStudy finished)
{
    [Fact]
    public void A_plan_lists_the_tasks_and_makes_nothing()
    {
        using var study = new TinyStudy();
        var plan = study.Do("plan", "study.yaml").Ended(0).Output;
        Assert.Matches(@"(?m)^ +\d+ +train P on the source +[0-9a-f]{12} ", plan);
        Assert.All(
            [
                "train ink P-T s1",
                "train ink P-T s2",
                "train ink RI-T s1",
                "train ink RI-T s2",
                "evaluate ink RI-T s2",
                "decode ink, test images",
                "distances on ink",
                "barrier ink RI-T s1 & RI-T s2",
            ],
            title => Assert.Contains(title, plan)
        );
        Assert.Contains("20 tasks, 0 of them done", plan);
        Assert.Matches(
            @"(?m)^This includes 5 training runs and takes about \d+ (second|minute)s? with \d+ tasks? at a time "
                + @"on \d+ threads? each\.\nMeasured on this machine: ",
            plan
        );
        Assert.False(Directory.Exists(study["runs"]));
    }

    [Fact]
    public void A_run_leaves_results_report_figures_tables_and_checkpoints()
    {
        var place = finished.Study.Out;
        Assert.All(["results.json", "report.html", "study.yaml"], file =>
            Assert.True(File.Exists(Path.Combine(place, file)))
        );
        foreach (var analysis in (string[])["learning_curves", "parameter_distance", "performance_barrier"])
        {
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(place, "figures"), $"{analysis}*.svg"));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(place, "figures"), $"{analysis}*.png"));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(place, "tables"), $"{analysis}*.csv"));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(place, "tables"), $"{analysis}*.parquet"));
        }

        Assert.Equal(
            ["ink-P-T_s1.safetensors", "ink-P-T_s2.safetensors", "ink-RI-T_s1.safetensors", "ink-RI-T_s2.safetensors"],
            Directory
                .GetFiles(Path.Combine(place, "checkpoints"))
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );
        Assert.Empty(Directory.GetFiles(place, "*.part", SearchOption.AllDirectories));
        Assert.Contains("20 tasks, 0 of them done before", finished.Run.Error);
        Assert.Contains("[20/20] done: ", finished.Run.Error);
        Assert.Contains($"Report:  {Path.Combine(place, "report.html")}", finished.Run.Output);
        Assert.Contains(" 1. ", finished.Run.Output);
    }

    [Fact]
    public void Results_hold_every_run_and_analysis_and_no_path_host_or_time()
    {
        var text = File.ReadAllText(Path.Combine(finished.Study.Out, "results.json"));
        var results = JsonNode.Parse(text)!;
        Assert.Equal(2, (int)results["version"]!);
        Assert.Equal(
            ["P-T s1", "P-T s2", "RI-T s1", "RI-T s2"],
            results["runs"]!.AsArray().Select(run => (string)run!["label"]!)
        );
        Assert.All(results["runs"]!.AsArray(), run =>
        {
            Assert.Equal("finished", (string)run!["status"]!);
            Assert.Equal(18, (int)run["examples"]!);
            Assert.Equal([0, 1, 2, 3], run["epochs"]!.AsArray().Select(epoch => (int)epoch!["epoch"]!));
            Assert.Equal((double)run["accuracy"]!, (double)run["epochs"]![3]!["testAccuracy"]!);
        });
        Assert.Equal(
            ["learning_curves", "parameter_distance", "performance_barrier"],
            results["analyses"]!.AsObject().Select(analysis => analysis.Key)
        );
        Assert.Equal(
            6,
            results["analyses"]!["performance_barrier"]!.AsArray().Count(entry => entry!["raw"] is not null)
        );
        Assert.NotEmpty(results["findings"]!.AsArray());
        Assert.DoesNotContain(finished.Study.Path, text);
        Assert.DoesNotContain(Path.GetTempPath(), text);
        Assert.DoesNotContain("/home/", text);
        Assert.DoesNotContain($"\"{Environment.MachineName}\"", text);
        Assert.DoesNotMatch(@"\d\d:\d\d|\d{4}-\d\d-\d\d", text);
    }

    [Fact]
    public void The_status_of_a_finished_run_says_done_of_every_task()
    {
        var lines = finished.Study.Do("status", "runs/tiny").Ended(0).Output.Split('\n');
        Assert.Equal(20, lines.Count(line => line.StartsWith("done     ", StringComparison.Ordinal)));
        Assert.Contains("tiny: 20 done", lines);
    }

    [Fact]
    public void A_report_is_made_anew_to_the_same_bytes_also_where_the_folders_were_moved_to()
    {
        using var copy = finished.Copy();
        File.Delete(Path.Combine(copy.Out, ".written.json")); // `run` notes when it wrote the files.
        var made = Directory
            .GetFiles(copy.Out, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, File.ReadAllBytes);
        foreach (var file in made.Keys.Where(file => Path.GetFileName(file) is not ("plan.json" or "study.yaml")))
        {
            File.Delete(file);
        }

        Assert.Equal($"{Path.Combine(copy.Out, "report.html")}\n", copy.Do("report", "runs/tiny").Ended(0).Output);
        Assert.Equal(made.Keys.Order(), Directory.GetFiles(copy.Out, "*", SearchOption.AllDirectories).Order());
        Assert.All(made, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public void Two_runs_are_put_side_by_side_by_their_results_alone()
    {
        using var copy = finished.Copy();
        Directory.CreateDirectory(copy["elsewhere"]);
        File.Copy(Path.Combine(copy.Out, "results.json"), Path.Combine(copy["elsewhere"], "results.json"));
        Assert.Equal(
            $"{Path.Combine(copy["comparison"], "comparison.html")}\n",
            copy.Do("report", "runs/tiny", "elsewhere").Ended(0).Output
        );
        var json = JsonNode.Parse(copy.Do("report", "runs/tiny", "elsewhere/results.json", "--json").Ended(0).Output)!;
        Assert.Equal(
            ["tiny (tiny)", "tiny (elsewhere)"],
            json["studies"]!.AsArray().Select(study => (string)study!["study"]!)
        );
        Assert.Empty(json["differences"]!.AsArray());
        var expected = JsonNode.Parse(copy.Results())!["runs"]!
            .AsArray()
            .Where(run => (string)run!["init"]! == "pretrained")
            .Average(run => (double)run!["accuracy"]!);
        Assert.Equal(expected, (double)json["studies"]![0]!["targets"]![0]!["pretrained"]!["value"]!, 12);
        Assert.Contains("There are no results at", copy.Do("report", "runs/tiny", "nowhere").Refused());
        Assert.Contains("--out and --json are for a comparison", copy.Do("report", "runs/tiny", "--json").Refused());
    }

    [Fact]
    public void The_report_says_what_made_its_numbers_and_the_results_do_not()
    {
        var lines = File.ReadAllLines(Path.Combine(finished.Study.Out, "provenance.csv"));
        Assert.Equal(21, lines.Length);
        var train = Assert.Single(lines, line => line.StartsWith("train ink P-T s2,", StringComparison.Ordinal));
        Assert.StartsWith("train ink P-T s2,train,seed 2,", train);
        Assert.Matches(@"\.NET 10\.\d+\.\d+, TorchSharp \d+\.\d+\.\d+, libtorch \d+\.\d+\.\d+, ", train);
        Assert.DoesNotContain("processor", System.Text.Encoding.UTF8.GetString(finished.Study.Results()));
    }

    [Fact]
    public void A_finished_study_is_not_computed_again_wherever_it_lies()
    {
        using var copy = finished.Copy();
        var before = copy.Results();
        var watch = Stopwatch.StartNew();
        var again = copy.Run().Ended(0);
        Assert.Equal("", again.Error);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
        Assert.Equal(before, copy.Results());
        Assert.Equal(Findings(finished.Run.Output), Findings(again.Output));
    }

    [Fact]
    public void Results_and_report_are_written_again_only_where_one_of_them_was_changed()
    {
        using var copy = finished.Copy();
        var first = copy.Run().Ended(0);
        var before = Written();
        Assert.Equal(first.Output, copy.Run().Ended(0).Output);
        Assert.Equal(before, Written());
        var (report, figure) = (
            Path.Combine(copy.Out, "report.html"),
            Directory.GetFiles(Path.Combine(copy.Out, "figures"), "*.svg")[0]
        );
        var (page, drawing) = (File.ReadAllText(report), File.ReadAllText(figure));
        File.AppendAllText(report, "changed");
        Assert.Equal(first.Output, copy.Run().Ended(0).Output);
        Assert.Equal(page, File.ReadAllText(report));
        File.Delete(figure);
        copy.Run().Ended(0);
        Assert.Equal(drawing, File.ReadAllText(figure));
        var note = Path.Combine(copy.Out, ".written.json");
        File.WriteAllText(note, "{");
        Assert.Equal(first.Output, copy.Run().Ended(0).Output);
        // Written by another program, or from artifacts that were made anew.
        var other = JsonNode.Parse(File.ReadAllText(note))!;
        (other["Of"], other["Findings"]) = ("another", "not these");
        File.WriteAllText(note, other.ToJsonString());
        Assert.Equal(first.Output, copy.Run().Ended(0).Output);

        IEnumerable<(string, DateTime)> Written() =>
            Directory
                .GetFiles(copy.Out, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) is not ("plan.json" or "study.yaml"))
                .Order(StringComparer.Ordinal)
                .Select(file => (file, File.GetLastWriteTimeUtc(file)))
                .ToList();
    }

    [Fact]
    public void A_report_is_made_with_a_summary_and_without_images_as_asked()
    {
        using var copy = finished.Copy();
        var summary = Path.Combine(copy.Out, "summary.md");
        var output = copy.Do("report", "runs/tiny", "--markdown", "--without-images").Ended(0).Output;
        Assert.EndsWith($"{summary}\n", output);
        var text = File.ReadAllText(summary);
        Assert.Contains("| Does pretraining help? |", text);
        Assert.All(
            Regex.Matches(text, @"\]\((figures/[^)]+)\)").Select(link => link.Groups[1].Value),
            figure => Assert.True(File.Exists(Path.Combine(copy.Out, figure)))
        );
        Assert.DoesNotContain("<img", File.ReadAllText(Path.Combine(copy.Out, "report.html")).Split("<script>")[0]);
        copy.Do("report", "runs/tiny").Ended(0);
        Assert.False(File.Exists(summary));
        Assert.Contains(
            "are for the report of a single run",
            copy.Do("report", "runs/tiny", "runs/tiny", "--markdown").Refused()
        );
    }

    [Fact]
    public void A_new_seed_computes_only_what_is_missing()
    {
        using var copy = finished.Copy();
        var more = copy.Run("--set", "runs.RI-T.seeds=[1, 2, 3]").Ended(0);
        Assert.Equal(
            [
                "barrier ink P-T s1 & RI-T s3",
                "barrier ink P-T s2 & RI-T s3",
                "barrier ink RI-T s1 & RI-T s3",
                "barrier ink RI-T s2 & RI-T s3",
                "distances on ink",
                "evaluate ink RI-T s3",
                "train ink RI-T s3",
            ],
            Done(more.Error)
        );
        var (old, now) = (Runs(finished.Study.Results()), Runs(copy.Results()));
        Assert.Equal(5, now.Count);
        Assert.Equal(old, now.Where(run => !run.Contains("RI-T s3", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_smaller_study_leaves_nothing_of_the_larger_one_before_it()
    {
        using var copy = finished.Copy();
        File.WriteAllText(Path.Combine(copy.Out, "figures", "notes.txt"), "the user's own");
        Assert.Equal(
            "",
            copy.Run("--set", "analyses={learning_curves: }", "--set", "runs.RI-T.seeds=[2]").Ended(0).Error
        );
        Assert.Equal(["learning_curves-ink.png", "learning_curves-ink.svg", "notes.txt"], Files("figures"));
        Assert.Equal(["learning_curves.csv", "learning_curves.parquet"], Files("tables"));
        Assert.Equal(
            ["P-T_s1", "P-T_s2", "RI-T_s2"],
            Directory
                .GetDirectories(Path.Combine(copy.Out, "tensorboard", "ink"))
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["ink-P-T_s1.safetensors", "ink-P-T_s2.safetensors", "ink-RI-T_s2.safetensors"],
            Files("checkpoints")
        );

        IEnumerable<string?> Files(string part) =>
            Directory.GetFiles(Path.Combine(copy.Out, part)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Two_runs_of_one_store_at_once_share_the_work()
    {
        using var study = new TinyStudy();
        string[] small =
        [
            "--set",
            "runs={RI-T: {init: random, learning_rate: 0.05, seeds: [1, 2]}}",
            "--set",
            "analyses={parameter_distance: }",
            "--store",
            "store",
        ];
        using var first = study.StartRun([.. small, "--out", "first"]);
        using var second = study.StartRun([.. small, "--out", "second"]);
        first.End().Ended(0);
        second.End().Ended(0);
        Assert.Equal(
            File.ReadAllBytes(study["first", "results.json"]),
            File.ReadAllBytes(study["second", "results.json"])
        );
    }

    [Fact]
    public void Another_study_shares_the_tasks_that_are_alike()
    {
        using var copy = finished.Copy();
        copy.Write(
            "other.yaml",
            TinyStudy
                .Text("other")
                .Replace("seeds: [1, 2]", "seeds: [2]")
                .Replace("performance_barrier: {points: 3}", "performance_barrier: {points: 5}")
        );
        var other = copy.Do("run", "other.yaml", "--jobs", "2", "--threads", "1").Ended(0);
        Assert.Contains("11 tasks, 9 of them done before", other.Error);
        Assert.Equal(["barrier ink P-T s2 & RI-T s2", "distances on ink"], Done(other.Error));
        Assert.Equal(
            Runs(copy.Results()).Where(run => run.Contains(" s2\"", StringComparison.Ordinal)),
            Runs(File.ReadAllBytes(copy["runs", "other", "results.json"]))
        );
    }

    private static List<string> Done(string error) =>
        [.. DoneTask().Matches(error).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    private static List<string> Runs(byte[] results) =>
        [.. JsonNode.Parse(results)!["runs"]!.AsArray().Select(run => run!.ToJsonString())];

    private static string Findings(string output) => output[..output.IndexOf("Report:", StringComparison.Ordinal)];

    [GeneratedRegex(@"\[\d+/\d+\] done: (.*?)(?: \(about .*\))?\n")]
    private static partial Regex DoneTask();
}
