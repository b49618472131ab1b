using System.Text;
using TransferLens.Execution.Local;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>The script of a job array: bash for people to read.</summary>
/// <param name="settings">Shell lines and command of every job.</param>
/// <param name="command">How this program is started where the settings name no command; words of a shell.</param>
/// <param name="store">The store's folder.</param>
/// <param name="place">Where jobs start: paths in the settings' shell lines are relative to it.</param>
public sealed class JobScript(SlurmSettings settings, string command, string store, string place)
{
    /// <summary>The text.</summary>
    /// <param name="array">The array.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="folder">The submission's folder, which holds the file <c>tasks</c> and takes what Slurm and the script write down.</param>
    /// <param name="after">Jobs, or elements as <c>12_3</c>, that must have ended before, however they did.</param>
    public string Text(JobArray array, string name, string folder, IReadOnlyCollection<string> after)
    {
        var (resources, threads) = (array.Resources, array.Resources.Cpus ?? 1);
        var text = new StringBuilder("#!/usr/bin/env bash\n");
        Option("job-name", name);
        Option("array", $"0-{array.Elements.Length - 1}");
        Option("dependency", after.Count == 0 ? null : $"afterany:{string.Join(':', after)}");
        Option("output", Path.Combine(folder, "slurm-").Replace("%", "%%", StringComparison.Ordinal) + "%a.txt");
        Option("chdir", place);
        text.Append("#SBATCH --open-mode=append\n#SBATCH --requeue\n");
        Option("partition", resources.Partition);
        Option("time", resources.Time);
        Option("cpus-per-task", $"{threads}");
        Option("mem", resources.Memory);
        Option("gpus", resources.Gpus is "0" ? null : resources.Gpus);
        foreach (var line in resources.Lines)
        {
            text.Append("#SBATCH ").Append(line).Append('\n');
        }

        text.Append("set -euo pipefail\n\n");
        text.Append(
            $"# Each element computes the tasks in its line of the file 'tasks', each in a process of its own.\nhere={Quoted(folder)}\nstore={Quoted(store)}\n"
        );
        text.Append("read -r -a keys < <(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \"$here/tasks\")\n\n");
        if (settings.Setup.Length > 0)
        {
            // Modules and environments stumble over names that are not set.
            text.Append("set +u\n").AppendJoin('\n', settings.Setup).Append("\nset -u\n\n");
        }

        text.Append($"export {string.Join(' ', WorkerEnvironment.ThreadsNames.Select(name => $"{name}={threads}"))}\n");
        // What the job asked for, whatever the machine that it was submitted on has.
        text.Append($"export TRANSFERLENS_DEVICE={(resources.Gpus is null or "0" ? "cpu" : "cuda")}\n");
        // The last of two settings of one name holds: the user's own.
        const string tunables = WorkerEnvironment.TunablesName;
        text.Append($"export {tunables}=\"{WorkerEnvironment.Tunables}")
            .Append("${")
            .Append($"{tunables}:+:${tunables}")
            .Append("}\"\n\n");
        text.Append(
            $$"""
            failed=0
            for key in "${keys[@]}"; do
              if [ -d "$store/artifacts/$key" ]; then
                continue
              fi
              mkdir -p "$store/running/$key"
              printf '%s begun\n' "$key" >> "$here/trace-$SLURM_ARRAY_TASK_ID"
              printf '== Slurm job %s_%s on %s\n' "$SLURM_ARRAY_JOB_ID" "$SLURM_ARRAY_TASK_ID" "$HOSTNAME" >> "$store/running/$key/log.txt"
              code=0
              {{settings.Command
                ?? command}} task "$key" --store "$store" --threads {{threads}} >> "$store/running/$key/log.txt" 2>&1 < /dev/null || code=$?
              printf '%s %s\n' "$key" "$code" >> "$here/trace-$SLURM_ARRAY_TASK_ID"
              if [ "$code" = 130 ] || [ "$code" = 143 ]; then
                exit "$code" # asked to cancellationToken
              fi
              if [ "$code" != 0 ]; then
                failed=1
              fi
            done
            exit "$failed"

            """
        );
        return text.ToString();

        void Option(string option, string? value)
        {
            if (value is not null)
            {
                text.Append(
                    $"#SBATCH --{option}={(value.All(IsPlain) ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")}\n"
                );
            }
        }
    }

    /// <summary>The file <c>tasks</c>: for every element a line with its tasks' keys.</summary>
    public static string Tasks(JobArray array) =>
        string.Concat(array.Elements.Select(element => $"{string.Join(' ', element.Select(task => task.Key))}\n"));

    /// <summary>A word of a shell that means a text, whatever is in it.</summary>
    public static string Quoted(string text) =>
        text.Length > 0 && text.All(IsPlain) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or ',' or '+' or '=' or '%' or '@';
}
