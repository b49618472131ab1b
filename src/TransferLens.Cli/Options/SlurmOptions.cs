using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Cli.Options;

/// <summary>The options that say what Slurm jobs request.</summary>
internal sealed class SlurmOptions
{
    private readonly Option<string?> partition = new("--partition")
    {
        Description = "Slurm: the partition; overrides the study file.",
        HelpName = "NAME",
    };
    private readonly Option<string?> time = new("--time")
    {
        Description = "Slurm: time limit per job in sbatch's notation, for example 4:00:00.",
        HelpName = "TIME",
    };
    private readonly Option<int?> cpus = new("--cpus")
    {
        Description = "Slurm: CPU cores per task, and as many threads.",
        HelpName = "N",
    };
    private readonly Option<string?> memory = new("--memory")
    {
        Description = "Slurm: memory per job, for example 16G.",
        HelpName = "SIZE",
    };
    private readonly Option<string?> gpus = new("--gpus")
    {
        Description = "Slurm: GPUs per job, for example 1 or a100:1.",
        HelpName = "GPUS",
    };
    private readonly Option<string[]> sbatch = new("--sbatch")
    {
        Description =
            "Slurm: an extra sbatch option, without the leading dashes, for example --sbatch account=vision; "
            + "repeatable.",
        HelpName = "OPTION",
    };
    private readonly Option<int?> inFlight = new("--in-flight")
    {
        Description = "Slurm: maximum number of jobs in the queue at any time; by default 100.",
        HelpName = "N",
    };
    private readonly Option<int?> retries = new("--retries")
    {
        Description = "Slurm: how many times a failed or interrupted task is retried; by default 2.",
        HelpName = "N",
    };

    /// <summary>The options.</summary>
    public Option[] All => [partition, time, cpus, memory, gpus, sbatch, inFlight, retries];

    /// <summary>Reads what jobs request.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="study">The settings of the study file, which options override.</param>
    /// <exception cref="InputException">An option is invalid.</exception>
    public SlurmSettings Read(ParseResult parsed, SlurmSettings study)
    {
        var resources = new SlurmResources(
            Checked(partition, "partition"),
            Checked(time, "time"),
            Within(cpus, 1, 4096),
            Checked(memory, "memory"),
            Checked(gpus, "gpus"),
            ImmutableArray<string>.Empty
        );
        var lines = (parsed.GetValue(sbatch) ?? []).Select(line =>
            SlurmReader.Check(sbatch.Name, "lines", $"--{line}")!
        );
        var merged = study.With(resources);
        return merged with
        {
            Job = merged.Job with { Lines = [.. merged.Job.Lines, .. lines] },
            InFlight = Within(inFlight, 1, 1000) ?? study.InFlight,
            Retries = Within(retries, 0, 100) ?? study.Retries,
        };

        string? Checked(Option<string?> option, string key) =>
            SlurmReader.Check(option.Name, key, parsed.GetValue(option));

        int? Within(Option<int?> option, int least, int most)
        {
            var value = parsed.GetValue(option);
            return value is null || (value >= least && value <= most)
                ? value
                : throw new InputException($"{option.Name} is {value}, but must be from {least} to {most}.");
        }
    }
}
