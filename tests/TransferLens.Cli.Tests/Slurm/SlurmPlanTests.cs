using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Slurm;

/// <summary>What would be submitted, and options that do not fit together. These tests need no Slurm.</summary>
public sealed class SlurmPlanTests
{
    [Fact]
    public void Plan_prints_the_scripts_of_the_arrays_and_submits_nothing()
    {
        using var study = SlurmStudy.Make("tiny", "  kinds:", "    train: {gpus: 1, time: 30}");
        var plan = study
            .Do("plan", "study.yaml", "--executor", "slurm", "--partition", "day,night", "--sbatch", "account=vision")
            .Ended(0)
            .Output;
        Assert.Contains("# Job array 1 of ", plan);
        Assert.Contains("# element 0: decode ", plan);
        Assert.Matches(@"(?m)^#SBATCH --dependency=afterany:JOB1_\d(:JOB\d_\d)*$", plan);
        Assert.Equal(Regex.Count(plan, "#!/usr/bin/env bash"), Regex.Count(plan, "#SBATCH --partition=day,night\n"));
        Assert.Equal(Regex.Count(plan, "#!/usr/bin/env bash"), Regex.Count(plan, "#SBATCH --account=vision\n"));
        Assert.Equal(2, Regex.Count(plan, "#SBATCH --gpus=1\n")); // pretraining, and the runs that start from it
        Assert.Contains($"{Path.Combine(AppContext.BaseDirectory, "transferlens")} task \"$key\"", plan);
        Assert.Matches(
            @"(?m)^\d+ jobs in \d+ arrays for 10 tasks would be submitted at first\. Nothing was submitted\.$",
            plan
        );
        Assert.False(Directory.Exists(study["runs"]));
    }

    [Fact]
    public void Slurm_settings_are_not_part_of_any_tasks_key()
    {
        using var study = SlurmStudy.Make("tiny");
        Assert.Equal(
            Keys(study.Do("plan", "study.yaml")),
            Keys(
                study.Do(
                    "plan",
                    "study.yaml",
                    "--executor",
                    "slurm",
                    "--cpus",
                    "8",
                    "--set",
                    "slurm.setup=[module load x]"
                )
            )
        );

        static IEnumerable<string> Keys(CommandResult plan) =>
            Regex
                .Matches(plan.Ended(0).Output, @"(?m)^ +\d+ .*? ([0-9a-f]{12}) ")
                .Select(match => match.Groups[1].Value);
    }

    [Theory]
    [InlineData("--partition is for a run under Slurm. Add --executor slurm", "--partition", "x")]
    [InlineData(
        "--jobs is for a local run. With --executor slurm, use --in-flight, --cpus and --gpus",
        "--executor",
        "slurm",
        "--jobs",
        "2"
    )]
    [InlineData(
        "--time is 'soon', but must be a time in the syntax of sbatch",
        "--executor",
        "slurm",
        "--time",
        "soon"
    )]
    [InlineData("--in-flight is 0, but must be from 1 to 1000", "--executor", "slurm", "--in-flight", "0")]
    [InlineData(
        "--sbatch is '--output=x', but must be an option of sbatch",
        "--executor",
        "slurm",
        "--sbatch",
        "output=x"
    )]
    [InlineData("'cloud'", "--executor", "cloud")]
    public void Options_that_do_not_fit_are_rejected(string problem, params string[] options)
    {
        using var study = new TinyStudy();
        Assert.Contains(problem, study.Do(["plan", "study.yaml", .. options]).Refused());
    }
}
