using System.CommandLine;
using TransferLens.Analyses;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;
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
            Description = "Lay a value over the study file, for example training.epochs=1; may be given several times.",
        };

    /// <summary><c>--out DIR</c>.</summary>
    public Option<DirectoryInfo?> Out { get; } =
        new("--out") { Description = "Folder for results and report; runs/STUDY unless given." };

    /// <summary><c>--store DIR</c>.</summary>
    public Option<DirectoryInfo?> Store { get; } =
        new("--store")
        {
            Description = "Folder of finished tasks, shared by studies; a folder 'store' beside --out unless given.",
        };

    /// <summary><c>--jobs N</c>.</summary>
    public Option<int?> Jobs { get; } =
        new("--jobs") { Description = "Tasks at a time; one a core, or one in all with a GPU, unless given." };

    /// <summary><c>--threads N</c>.</summary>
    public Option<int?> Threads { get; } =
        new("--threads") { Description = "Threads a task; the cores shared out among --jobs unless given." };

    /// <summary><c>--device</c>.</summary>
    public Option<string?> Device { get; } = AnalysisOptions.DeviceOption();

    /// <summary><c>--skip-bad-images</c>.</summary>
    public Option<bool> SkipBadImages { get; } =
        new("--skip-bad-images")
        {
            Description = "Leave images that cannot be decoded out, and count them, instead of stopping.",
        };

    /// <summary>Reads the study and plans it, looking at data and weights; writes nothing but digests in the user's cache.</summary>
    /// <param name="file">The study file.</param>
    /// <param name="overrides">Values of <c>--set</c>.</param>
    /// <param name="skipBadImages">Value of <c>--skip-bad-images</c>.</param>
    /// <exception cref="InputException">The study or its data is wrong.</exception>
    public static Plan Plan(string file, IReadOnlyList<string> overrides, bool skipBadImages)
    {
        var study = StudyFile.Read(file, Catalog.Default, overrides);
        Catalog.Default.Network(study.Network).CheckSize(study.Images.Size);
        CheckFreeze(study);
        return new Planner(new PlannedData(), Catalog.Default, skipBadImages).Plan(study);
    }

    private static void CheckFreeze(Study study)
    {
        Check("training", study.Training);
        Check("pretrained.training", study.Pretrained?.Training);
        foreach (var (name, run) in study.Runs)
        {
            Check($"runs.{name}", run.Training);
        }

        void Check(string place, TrainingSettings? training)
        {
            try
            {
                Freeze.Modules(training?.Freeze, Networks.Find(study.Network).Modules, study.Network);
            }
            catch (InputException wrong)
            {
                throw new InputException($"{place}.freeze: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>Where the run goes and how it is shared out.</summary>
    /// <param name="study">The study's name.</param>
    /// <param name="parsed">The command line.</param>
    public RunFolder Folder(string study, ParseResult parsed) =>
        RunFolder.At(parsed.GetValue(Out)?.FullName ?? Path.Combine("runs", study), parsed.GetValue(Store)?.FullName);

    /// <summary>Tasks at a time, and threads of each; with <c>--device</c>, what the processes of the tasks compute on is said to them too.</summary>
    /// <exception cref="InputException">A number is less than 1, or the device is not at hand.</exception>
    public (int Jobs, int Threads) Share(ParseResult parsed)
    {
        ComputeDevice.Use(parsed.GetValue(Device));
        Environment.SetEnvironmentVariable(ComputeDevice.Variable, ComputeDevice.Name);
        var jobs = parsed.GetValue(Jobs) ?? (ComputeDevice.Name == "cpu" ? Environment.ProcessorCount : 1);
        var threads = parsed.GetValue(Threads) ?? Math.Max(1, Environment.ProcessorCount / Math.Max(1, jobs));
        return jobs >= 1 && threads >= 1
            ? (jobs, threads)
            : throw new InputException($"--jobs is {jobs} and --threads is {threads}, but both must be at least 1.");
    }
}
