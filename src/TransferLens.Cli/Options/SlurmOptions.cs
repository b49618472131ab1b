using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Processes;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Options;

/// <summary>The options of who runs a study's tasks: this machine, or Slurm and what jobs ask of it.</summary>
internal sealed class SlurmOptions
{
    private readonly Option<string> executor = new("--executor")
    {
        Description = "Who runs the tasks: local, this machine; slurm, job arrays on a cluster.",
        DefaultValueFactory = _ => "local",
    };
    private readonly Option<string?> partition = new("--partition")
    {
        Description = "Slurm: the partition, over what the study file says.",
    };
    private readonly Option<string?> time = new("--time")
    {
        Description = "Slurm: time limit of a job as sbatch takes it, for example 4:00:00.",
    };
    private readonly Option<int?> cpus = new("--cpus")
    {
        Description = "Slurm: processor cores of a task, and as many threads.",
    };
    private readonly Option<string?> memory = new("--memory")
    {
        Description = "Slurm: memory of a job, for example 16G.",
    };
    private readonly Option<string?> gpus = new("--gpus")
    {
        Description = "Slurm: GPUs of a job, for example 1 or a100:1.",
    };
    private readonly Option<string[]> sbatch = new("--sbatch")
    {
        Description =
            "Slurm: a further option of sbatch without its dashes, for example --sbatch account=vision; may be given several times.",
    };
    private readonly Option<int?> inFlight = new("--in-flight")
    {
        Description = "Slurm: at most so many jobs in the queue at a time; 100 unless given.",
    };
    private readonly Option<int?> retries = new("--retries")
    {
        Description = "Slurm: how often a task that failed or was broken off is tried again; 2 unless given.",
    };

    /// <summary>Makes the options.</summary>
    public SlurmOptions() => executor.AcceptOnlyFromAmong("local", "slurm");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[executor, .. Own])
        {
            command.Add(option);
        }
    }

    private Option[] Own => [partition, time, cpus, memory, gpus, sbatch, inFlight, retries];

    /// <summary>Whether the run is to go to Slurm.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetRequiredValue(executor) == "slurm";

    /// <summary>The run under Slurm; null when it is local.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="local">Options that are of a local run only.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="InputException">An option is wrong, or for the other executor.</exception>
    public SlurmRun? Run(ParseResult parsed, IEnumerable<Option> local, Plan plan, RunFolder folder)
    {
        var isSlurm = IsAsked(parsed);
        if (
            (isSlurm ? local : Own).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is
            { } stray
        )
        {
            throw new InputException(
                isSlurm
                    ? $"{stray.Name} is for a run on this machine; with --executor slurm give --in-flight, --cpus and --gpus."
                    : $"{stray.Name} is for a run under Slurm; give --executor slurm too, or leave it out."
            );
        }

        return isSlurm
            ? new(
                plan.Study.Name,
                folder.Path,
                Settings(parsed, plan.Study.Slurm ?? SlurmSettings.Default),
                WorkerProcess.Command(),
                plan.Study.Folder
            )
            : null;
    }

    private SlurmSettings Settings(ParseResult parsed, SlurmSettings study)
    {
        var asked = study.With(
            new(
                Checked(partition, "partition"),
                Checked(time, "time"),
                Within(cpus, 1, 4096),
                Checked(memory, "memory"),
                Checked(gpus, "gpus"),
                ImmutableArray<string>.Empty
            )
        );
        ImmutableArray<string> lines =
        [
            .. (parsed.GetValue(sbatch) ?? []).Select(line => SlurmReader.Check(sbatch.Name, "lines", $"--{line}")!),
        ];
        return asked with
        {
            Job = asked.Job with { Lines = [.. asked.Job.Lines, .. lines] },
            InFlight = Within(inFlight, 1, 1000) ?? study.InFlight,
            Retries = Within(retries, 0, 100) ?? study.Retries,
        };

        string? Checked(Option<string?> option, string key) =>
            SlurmReader.Check(option.Name, key, parsed.GetValue(option));

        int? Within(Option<int?> option, int least, int most) =>
            parsed.GetValue(option) is not { } value ? null
            : value >= least && value <= most ? value
            : throw new InputException($"{option.Name} is {value}, but must be from {least} to {most}.");
    }
}
