using System.Collections.Immutable;
using System.CommandLine;
using TransferLens.Cli.Processes;
using TransferLens.Execution;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>The options that choose the executor of a study's tasks. Executors declare themselves.</summary>
internal sealed class ExecutorOptions
{
    // Those of the default catalog, without the rest of it, which loads libraries that most commands do not need.
    private static readonly ImmutableArray<ExecutorKind> Kinds = ShippedExecutors.All;

    private readonly Option<string> executor = new("--executor")
    {
        Description = $"Where to run the tasks. {string.Join(" ", Kinds.Select(Help))}",
        DefaultValueFactory = _ => Default.Name,
    };
    private readonly SlurmOptions slurm = new();
    private readonly Option[] local;

    /// <summary>Creates the options.</summary>
    /// <param name="local">Options that a run under Slurm does not have.</param>
    public ExecutorOptions(params Option[] local)
    {
        this.local = local;
        executor.AcceptOnlyFromAmong([.. Kinds.Select(kind => kind.Name)]);
    }

    /// <summary>The executor used when none is chosen: the first of the catalog.</summary>
    public static ExecutorKind Default => Kinds[0];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[executor, .. slurm.All])
        {
            command.Add(option);
        }
    }

    /// <summary>The chosen executor.</summary>
    public ExecutorKind Read(ParseResult parsed) => Kinds.First(kind => kind.Name == parsed.GetRequiredValue(executor));

    /// <summary>The settings of a run with the chosen executor.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run.</param>
    /// <param name="share">Tasks at a time on this machine, and threads of each.</param>
    /// <exception cref="InputException">An option is invalid, or belongs to another executor.</exception>
    public ExecutionSettings Settings(ParseResult parsed, StudyRun run, (int Jobs, int Threads) share)
    {
        var isSlurm = Read(parsed) is SlurmExecutorKind;
        var others = isSlurm ? local : slurm.All;
        if (others.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray)
        {
            var choice = $"{executor.Name} {Kinds.OfType<SlurmExecutorKind>().Single().Name}";
            throw new InputException(
                isSlurm
                    ? $"{stray.Name} is for a local run. With {choice}, use --in-flight, --cpus and --gpus."
                    : $"{stray.Name} is for a run under Slurm. Add {choice}, or remove {stray.Name}."
            );
        }

        var settings = Settings(run, share);
        return isSlurm ? settings with { Slurm = slurm.Read(parsed, settings.Slurm) } : settings;
    }

    /// <summary>The settings of a run without options of executors.</summary>
    /// <param name="run">The run.</param>
    /// <param name="share">Tasks at a time on this machine, and threads of each.</param>
    public static ExecutionSettings Settings(StudyRun run, (int Jobs, int Threads) share) =>
        run.Execution with
        {
            Command = WorkerProcess.Command(),
            Jobs = share.Jobs,
            Threads = share.Threads,
        };

    // For example: local: run tasks on this machine.
    private static string Help(ExecutorKind kind) =>
        $"{kind.Name}: {char.ToLowerInvariant(kind.Description[0])}{kind.Description[1..]}";
}
