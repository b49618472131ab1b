using System.CommandLine;
using TransferLens.Cli.Output;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Options;

/// <summary>The options that the commands on a study share.</summary>
internal sealed class StudyOptions
{
    /// <summary>The study file.</summary>
    public Argument<FileInfo> File { get; } =
        new("STUDY") { Description = "The study file; `transferlens init` writes an example." };

    /// <summary><c>--set KEY=VALUE</c>.</summary>
    public Option<string[]> Set { get; } =
        new("--set")
        {
            Description = "Override a value of the study file, for example training.epochs=1; repeatable.",
            HelpName = "KEY=VALUE",
        };

    /// <summary><c>--out DIR</c>.</summary>
    public Option<DirectoryInfo?> Out { get; } =
        new("--out")
        {
            Description = "Folder for results and report; by default runs/NAME, where NAME is the study's name.",
            HelpName = "DIR",
        };

    /// <summary><c>--store DIR</c>.</summary>
    public Option<DirectoryInfo?> Store { get; } =
        new("--store")
        {
            Description =
                "Cache of finished tasks, which several studies can share; by default 'store', in the folder that "
                + "contains --out.",
            HelpName = "DIR",
        };

    /// <summary><c>--jobs N</c>.</summary>
    public Option<int?> Jobs { get; } =
        new("--jobs")
        {
            Description =
                "Number of tasks to run at once; by default one per core, or on a GPU as many as its memory holds, at "
                + "most one per core.",
            HelpName = "N",
        };

    /// <summary><c>--threads N</c>.</summary>
    public Option<int?> Threads { get; } =
        new("--threads")
        {
            Description = "Threads per task; by default the number of cores divided by --jobs.",
            HelpName = "N",
        };

    /// <summary><c>--device</c>.</summary>
    public Option<string?> Device { get; } = AnalysisOptions.DeviceOption();

    /// <summary><c>--skip-bad-images</c>.</summary>
    public Option<bool> SkipBadImages { get; } =
        new("--skip-bad-images")
        {
            Description = "Skip and count images that are missing or cannot be decoded, instead of failing.",
        };

    /// <summary>Reads and plans the study, and prints what is wrong with its data but does no harm to the
    /// run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="InputException">The study or its data cannot be used.</exception>
    /// <param name="isSlurm">
    /// Whether a cluster computes it, perhaps on other devices than this machine's: then the default of the CPU applies
    /// to what the file does not choose.
    /// </param>
    public StudyRun Read(ParseResult parsed, bool isSlurm = false)
    {
        var run = Plan(parsed, isSlurm);
        foreach (var warning in run.Remarks.Concat(DataNotes.Warnings(run.Plan)))
        {
            InputNotes.Add(warning);
        }

        return run;
    }

    private StudyRun Plan(ParseResult parsed, bool isSlurm)
    {
        using var downloads = new ProgressLine("downloading");
        return StudyRun.Read(
            parsed.GetRequiredValue(File).FullName,
            new()
            {
                Folder = parsed.GetValue(Out)?.FullName,
                Store = parsed.GetValue(Store)?.FullName,
                Overrides = [.. parsed.GetValue(Set) ?? []],
                SkipBadImages = parsed.GetValue(SkipBadImages),
                Downloads = downloads,
                Precision = isSlurm ? Precision.Float32 : null,
            }
        );
    }

    /// <summary>
    /// Sets the device before a study is read, and passes <c>--device</c> on to the processes of the tasks.
    /// </summary>
    /// <exception cref="InputException">A number is less than 1, or the device is not available.</exception>
    public void UseDevice(ParseResult parsed)
    {
        ComputeDevice.Use(parsed.GetValue(Device));
        Environment.SetEnvironmentVariable(ComputeDevice.Variable, ComputeDevice.Name);
        var (jobs, threads) = (parsed.GetValue(Jobs) ?? 1, parsed.GetValue(Threads) ?? 1);
        if (jobs < 1 || threads < 1)
        {
            throw new InputException($"--jobs is {jobs} and --threads is {threads}, but both must be at least 1.");
        }
    }

    /// <summary>Tasks at a time, and threads of each, once the device is set.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run.</param>
    public (int Jobs, int Threads) Share(ParseResult parsed, StudyRun run)
    {
        var cores = Environment.ProcessorCount;
        var jobs = parsed.GetValue(Jobs)
            ?? (ComputeDevice.Name == "cpu" ? cores : GpuShare.Tasks(run, GpuMemory.Free(ComputeDevice.Name), cores));
        return (jobs, ThreadCount.Capped(parsed.GetValue(Threads)) ?? Math.Max(1, cores / jobs));
    }
}
