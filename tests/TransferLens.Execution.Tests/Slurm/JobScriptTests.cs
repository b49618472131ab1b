using System.Diagnostics;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>The script of a job array: its text, and what it does in bash.</summary>
public sealed class JobScriptTests : IDisposable
{
    private static readonly TaskSpec[] Some =
    [
        SomeTasks.Named("one"),
        SomeTasks.Named("two"),
        SomeTasks.Named("three"),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_options_of_a_script_follow_the_settings()
    {
        var text = new JobScript(
            SlurmSettings.Default with
            {
                Setup = ["module load cuda"],
            },
            "/opt/transferlens",
            "/data/store",
            "/data/my study"
        ).Text(
            Array(
                SlurmResources.None with
                {
                    Partition = "gpu",
                    Time = "1-12",
                    Cpus = 8,
                    Memory = "16G",
                    Gpus = "a100:1",
                    Lines = ["--account=vision"],
                }
            ),
            "tiny-1",
            "/data/100% of it",
            ["12_0", "13"]
        );
        Assert.StartsWith(
            """
            #!/usr/bin/env bash
            #SBATCH --job-name=tiny-1
            #SBATCH --array=0-1
            #SBATCH --dependency=afterany:12_0:13
            #SBATCH --output="/data/100%% of it/slurm-%a.txt"
            #SBATCH --chdir="/data/my study"
            #SBATCH --open-mode=append
            #SBATCH --requeue
            #SBATCH --partition=gpu
            #SBATCH --time=1-12
            #SBATCH --cpus-per-task=8
            #SBATCH --mem=16G
            #SBATCH --gpus=a100:1
            #SBATCH --account=vision
            set -euo pipefail

            """,
            text
        );
        Assert.Contains("\nset +u\nmodule load cuda\nset -u\n", text);
        Assert.Contains("\nexport OMP_NUM_THREADS=8 MKL_NUM_THREADS=8\n", text);
        // glibc uses the last of two settings of one name: the user's.
        Assert.Contains(
            $"\nexport GLIBC_TUNABLES=\"{WorkerEnvironment.Tunables}${{GLIBC_TUNABLES:+:$GLIBC_TUNABLES}}\"\n",
            text
        );
        Assert.Contains("\nexport TRANSFERLENS_DEVICE=cuda\n", text);
        Assert.Contains("  /opt/transferlens task \"$key\" --store \"$store\" --threads 8 >> ", text);
    }

    [Fact]
    public void A_resource_that_is_not_requested_is_not_mentioned()
    {
        var text = new JobScript(SlurmSettings.Default, "transferlens", "/s", "/p").Text(
            Array(SlurmResources.None with { Gpus = "0" }),
            "n",
            "/f",
            []
        );
        Assert.All(["--dependency", "--partition", "--time", "--mem", "--gpus"], option =>
            Assert.DoesNotContain(option, text)
        );
        Assert.Contains("\nexport TRANSFERLENS_DEVICE=cpu\n", text);
    }

    [Fact]
    public void Jobs_compute_with_the_libtorch_of_the_process_that_submits_them_unless_their_shell_lines_choose_one()
    {
        var text = new JobScript(SlurmSettings.Default, "transferlens", "/s", "/p") { Libtorch = "/my torch/lib" }.Text(
            Array(SlurmResources.None),
            "n",
            "/f",
            []
        );
        Assert.Contains(
            """

            if [ -z "${TRANSFERLENS_LIBTORCH:-}" ]; then
              export TRANSFERLENS_LIBTORCH='/my torch/lib'
            fi

            """,
            text
        );
    }

    [Fact]
    public void An_element_computes_its_tasks_in_turn_in_any_folder_and_records_how_each_ended()
    {
        var (store, here) = (
            folder["it's a \"store\" $(touch no) `x` \\ 100%"],
            folder["it's a \"store\" $(touch no) `x` \\ 100%", "slurm", "1"]
        );
        var result = Run(
            store,
            here,
            """
            [ "$1" = task ] && [ "$3" = --store ] || exit 9
            echo "hello from $2"
            exit "$(cat codes/$2)"
            """,
            [0, 3],
            0
        );
        Assert.Equal((1, ""), result);
        Assert.Equal(
            [$"{Some[0].Key} begun", $"{Some[0].Key} 0", $"{Some[1].Key} begun", $"{Some[1].Key} 3"],
            File.ReadAllLines(Path.Combine(here, "trace-0"))
        );
        Assert.EndsWith(
            $"\nhello from {Some[1].Key}\n",
            File.ReadAllText(Path.Combine(store, "running", Some[1].Key, "log.txt"))
        );
        Assert.False(File.Exists(folder["no"]));
    }

    [Fact]
    public void A_task_that_was_asked_to_stop_ends_its_element()
    {
        var here = folder["store", "slurm", "1"];
        Assert.Equal((130, ""), Run(folder["store"], here, "exit \"$(cat codes/$2)\"", [130, 0], 0));
        Assert.Equal([$"{Some[0].Key} begun", $"{Some[0].Key} 130"], File.ReadAllLines(Path.Combine(here, "trace-0")));
    }

    [Fact]
    public void Tasks_with_an_artifact_are_not_started()
    {
        Directory.CreateDirectory(folder["store", "artifacts", Some[2].Key]);
        Assert.Equal((0, ""), Run(folder["store"], folder["store", "slurm", "1"], "exit 9", [], 1));
        Assert.False(File.Exists(folder["store", "slurm", "1", "trace-1"]));
    }

    [Fact]
    public void A_failed_setup_line_ends_the_job_and_an_unset_variable_does_not()
    {
        var here = folder["store", "slurm", "1"];
        Assert.Equal(1, Run(folder["store"], here, "exit 0", [0, 0], 0, "false").Code);
        Assert.False(File.Exists(Path.Combine(here, "trace-0")));
        Assert.Equal(0, Run(folder["store"], here, "exit 0", [0, 0], 0, "[ -z \"$NOT_SET_ANYWHERE\" ]").Code);
    }

    private static JobArray Array(SlurmResources resources) =>
        new(
            resources,
            [
                [Some[0], Some[1]],
                [Some[2]],
            ],
            []
        );

    // Runs an element with another program in place of transferlens; codes are its exit codes for the first tasks.
    private (int Code, string Error) Run(
        string store,
        string here,
        string program,
        int[] codes,
        int element,
        params string[] setup
    )
    {
        Directory.CreateDirectory(here);
        Directory.CreateDirectory(folder["codes"]);
        foreach (var (task, code) in Some.Zip(codes))
        {
            File.WriteAllText(folder["codes", task.Key], $"{code}");
        }

        File.WriteAllText(folder["program"], $"{program}\n");
        File.WriteAllText(Path.Combine(here, "tasks"), JobScript.Tasks(Array(SlurmResources.None)));
        var script = new JobScript(
            SlurmSettings.Default with
            {
                Setup = [.. setup],
            },
            $"bash {ShellWord.Quote(folder["program"])}",
            store,
            folder.Path
        );
        File.WriteAllText(Path.Combine(here, "job.sh"), script.Text(Array(SlurmResources.None), "n", here, []));
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(here, "job.sh")])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardError = true,
        };
        (start.Environment["SLURM_ARRAY_TASK_ID"], start.Environment["SLURM_ARRAY_JOB_ID"]) = ($"{element}", "12");
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        return (bash.ExitCode, error);
    }
}
