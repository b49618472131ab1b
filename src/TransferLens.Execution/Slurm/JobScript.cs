using TransferLens.Execution.Local;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>The script of a job array, in bash that people can read.</summary>
/// <param name="settings">Shell lines and command of every job.</param>
/// <param name="command">Shell words that start this program, unless the settings name a command.</param>
/// <param name="store">The store's folder.</param>
/// <param name="workingFolder">
/// The folder in which jobs start; the settings' shell lines may use paths relative to it.
/// </param>
internal sealed class JobScript(SlurmSettings settings, string command, string store, string workingFolder)
{
    private const string LibtorchVariable = "TRANSFERLENS_LIBTORCH";

    /// <summary>Folder of the libtorch that the submitting process computes with; null for the program's own.</summary>
    public string? Libtorch { get; init; } = System.Environment.GetEnvironmentVariable(LibtorchVariable);

    /// <summary>The text of the script.</summary>
    /// <param name="array">The array.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="folder">
    /// The submission's folder, which contains the file <c>tasks</c> and receives what Slurm and the script record.
    /// </param>
    /// <param name="after">Jobs, or elements as <c>12_3</c>, that must end first, however they end.</param>
    public string Text(JobArray array, string name, string folder, IReadOnlyCollection<string> after) =>
        $"""
            #!/usr/bin/env bash
            {Options(array, name, folder, after)}
            set -euo pipefail

            # Each element computes the tasks in its line of the file 'tasks', each in its own process.
            here={ShellWord.Quote(folder)}
            store={ShellWord.Quote(store)}
            read -r -a keys < <(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" "$here/tasks")

            {Setup()}{Environment(array.Resources)}

            {Loop(Threads(array.Resources))}

            """;

    /// <summary>The file <c>tasks</c>: one line per element, with the keys of its tasks.</summary>
    public static string Tasks(JobArray array) =>
        string.Concat(array.Elements.Select(element => $"{string.Join(' ', element.Select(task => task.Key))}\n"));

    private static int Threads(SlurmResources resources) => resources.Cpus ?? 1;

    private string Options(JobArray array, string name, string folder, IReadOnlyCollection<string> after)
    {
        var resources = array.Resources;
        var output = Path.Combine(folder, "slurm-").Replace("%", "%%", StringComparison.Ordinal) + "%a.txt";
        string?[] lines =
        [
            Option("job-name", name),
            Option("array", $"0-{array.Elements.Length - 1}"),
            Option("dependency", after.Count == 0 ? null : $"afterany:{string.Join(':', after)}"),
            Option("output", output),
            Option("chdir", workingFolder),
            "#SBATCH --open-mode=append",
            "#SBATCH --requeue",
            Option("partition", resources.Partition),
            Option("time", resources.Time),
            Option("cpus-per-task", $"{Threads(resources)}"),
            Option("mem", resources.Memory),
            Option("gpus", resources.Gpus is "0" ? null : resources.Gpus),
            .. resources.Lines.Select(line => $"#SBATCH {line}"),
        ];
        return string.Join('\n', lines.OfType<string>());
    }

    private static string? Option(string option, string? value)
    {
        if (value is null || value.All(ShellWord.IsPlain))
        {
            return value is null ? null : $"#SBATCH --{option}={value}";
        }

        var escaped = value
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"#SBATCH --{option}=\"{escaped}\"";
    }

    // Modules and environments often read variables that are not set.
    private string Setup() =>
        settings.Setup.Length == 0 ? "" : $"set +u\n{string.Join('\n', settings.Setup)}\nset -u\n\n";

    private string Environment(SlurmResources resources)
    {
        const string tunables = WorkerEnvironment.TunablesVariable;
        var threads = WorkerEnvironment.ThreadVariables.Select(name => $"{name}={Threads(resources)}");
        // The device that the job requested, whatever the submitting machine has.
        var device = resources.Gpus is null or "0" ? "cpu" : "cuda";
        // glibc uses the last of two settings of one name: the user's.
        return $$"""
            export {{string.Join(' ', threads)}}
            export TRANSFERLENS_DEVICE={{device}}{{ExportLibtorch()}}
            export {{tunables}}="{{WorkerEnvironment.Tunables}}${{{tunables}}:+:${{tunables}}}"
            """;
    }

    // Sites may configure Slurm to pass no environment on. A job's shell lines may choose another folder.
    private string ExportLibtorch() =>
        string.IsNullOrEmpty(Libtorch)
            ? ""
            : $$"""

                if [ -z "${{{LibtorchVariable}}:-}" ]; then
                  export {{LibtorchVariable}}={{ShellWord.Quote(Path.GetFullPath(Libtorch))}}
                fi
                """;

    // Exit codes 130 and 143 mean that the task was asked to stop, by SIGINT or SIGTERM.
    private string Loop(int threads)
    {
        var program = settings.Command ?? command;
        var task = $"""{program} task "$key" --store "$store" --threads {threads}""";
        return $$"""
            failed=0
            for key in "${keys[@]}"; do
              if [ -d "$store/artifacts/$key" ]; then
                continue
              fi
              mkdir -p "$store/running/$key"
              log="$store/running/$key/log.txt"
              trace="$here/trace-$SLURM_ARRAY_TASK_ID"
              printf '%s begun\n' "$key" >> "$trace"
              printf '== Slurm job %s_%s on %s\n' "$SLURM_ARRAY_JOB_ID" "$SLURM_ARRAY_TASK_ID" "$HOSTNAME" >> "$log"
              code=0
              {{task}} >> "$log" 2>&1 < /dev/null || code=$?
              printf '%s %s\n' "$key" "$code" >> "$trace"
              if [ "$code" = 130 ] || [ "$code" = 143 ]; then
                exit "$code" # the task was asked to stop
              fi
              if [ "$code" != 0 ]; then
                failed=1
              fi
            done
            exit "$failed"
            """;
    }
}
