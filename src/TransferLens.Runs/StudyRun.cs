using System.Collections.Immutable;
using TransferLens.Execution;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Execution.Progress;
using TransferLens.Report;
using TransferLens.Report.Content;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;

namespace TransferLens.Runs;

/// <summary>
/// A study from its file to its report: read and planned by <see cref="Read"/>, run by <see cref="RunAsync"/> with any
/// executor, finished and reported by <see cref="Conclude()"/>. Finished tasks are kept in the store: running again
/// runs only unfinished ones.
/// </summary>
public sealed class StudyRun
{
    private readonly string? file;

    private StudyRun(RunFolder folder, Plan plan, Catalog catalog, string? file) =>
        (Location, Plan, Catalog, this.file) = (folder, plan, catalog, file);

    /// <summary>
    /// Reads and plans a study. Reads data and weights; writes only digests, to the user's cache, and weights of the
    /// Hugging Face hub to the hub's cache.
    /// </summary>
    /// <param name="file">The study file, in YAML.</param>
    /// <param name="settings">The run's folders and overrides of the file; null for the defaults.</param>
    /// <exception cref="InputException">
    /// The study, its data or its weights cannot be used; the message names the file, line and key.
    /// </exception>
    public static StudyRun Read(string file, StudyRunSettings? settings = null)
    {
        settings ??= new();
        var catalog = settings.Catalog ?? Catalog.Default;
        var hub = new HubWeights(settings.Hub, settings.Downloads);
        var precision = settings.Precision ?? ComputeDevice.DefaultPrecision;
        var study = StudyFile.Read(file, catalog, settings.Overrides, hub, precision);
        catalog = study.NetworkFile is { } network ? With(catalog, network) : catalog;
        StudyCheck.Network(study, catalog);
        var data = new PlannedData(catalog, settings.SkipBadImages);
        var plan = new Planner(data, catalog, settings.SkipBadImages).Plan(study);
        StudyCheck.Batches(study, plan, catalog);
        var folder = settings.Folder ?? Path.Combine("runs", study.Name);
        return new(RunFolder.At(folder, settings.Store), plan, catalog, Path.GetFullPath(file))
        {
            Remarks = [.. hub.Remarks, .. data.WeightsNotes, .. StatisticsNotes.Of(study, plan, catalog)],
        };
    }

    /// <summary>Opens the folder of a run that was started before.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="catalog">
    /// The formats, networks, metrics and analyses that the study can refer to; null for the built-in ones.
    /// </param>
    /// <exception cref="InputException">
    /// There is no run in the folder, or its plan is damaged or of another version.
    /// </exception>
    public static StudyRun Open(string folder, Catalog? catalog = null)
    {
        var (location, plan) = RunFolder.Open(folder);
        return new(location, plan, (catalog ?? Catalog.Default) with { NetworkFolder = location.Store.Networks }, null);
    }

    private static Catalog With(Catalog catalog, string network) =>
        catalog with
        {
            Networks = [.. catalog.Networks, Format(catalog, network).Read(network)],
        };

    private static NetworkFormat Format(Catalog catalog, string network) =>
        catalog.NetworkFormats.First(format => format.IsNamed(network));

    /// <summary>The study's tasks, each with its inputs.</summary>
    public Plan Plan { get; }

    /// <summary>Full path of the run's folder.</summary>
    public string Folder => Location.Path;

    /// <summary>The store of finished tasks.</summary>
    public ArtifactStore Store => Location.Store;

    /// <summary>Full path of the report; it exists once <see cref="Conclude()"/> has run.</summary>
    public string Report => Path.Combine(Folder, "report.html");

    /// <summary>
    /// Full path of the summary in Markdown; it exists where <see cref="ReportOptions.Markdown"/> asked for it.
    /// </summary>
    public string Summary => Path.Combine(Folder, MarkdownSummary.FileName);

    /// <summary>Full path of <c>results.json</c>; it exists once <see cref="Conclude()"/> has run.</summary>
    public string Results => Path.Combine(Folder, "results.json");

    internal RunFolder Location { get; }

    /// <summary>What the study may name, with its network if that is a file.</summary>
    internal Catalog Catalog { get; }

    /// <summary>
    /// Why weights that were fetched earlier may be old, what reading weights chose, renamed and left out, and whether
    /// running statistics follow training, a sentence each.
    /// </summary>
    internal ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>The settings of an executor of this run.</summary>
    internal ExecutionSettings Execution =>
        new()
        {
            Store = Store,
            Catalog = Catalog,
            Study = Plan.Study.Name,
            StudyFolder = Plan.Study.Folder,
            RunFolder = Folder,
            Slurm = Plan.Study.Slurm ?? SlurmSettings.Default,
        };

    /// <summary>Unfinished tasks: the store does not have their results yet.</summary>
    public ImmutableArray<TaskSpec> Missing => [.. Plan.Tasks.Where(task => !Store.Contains(task))];

    /// <summary>Creates an executor of this run from its declaration in the catalog.</summary>
    /// <param name="name">The executor's name, for example <c>local</c>.</param>
    /// <param name="configure">
    /// Changes the executor's settings, for example its command; null to leave them as they are.
    /// </param>
    /// <exception cref="InputException">There is no such executor, or it needs further settings.</exception>
    public IExecutor CreateExecutor(string name, Func<ExecutionSettings, ExecutionSettings>? configure = null)
    {
        var settings = configure is null ? Execution : configure(Execution);
        return Catalog.Executor(name) is ExecutorKind kind
            ? kind.Create(settings)
            : throw new InputException(
                $"The executor '{name}' does not derive from ExecutorKind, so it cannot run tasks."
            );
    }

    /// <summary>Runs the unfinished tasks. Several processes can share the work.</summary>
    /// <param name="executor">Runs the tasks; null runs them one after another in this process.</param>
    /// <param name="progress">Receives each change of a task's state, from one thread at a time; or null.</param>
    /// <param name="cancellationToken">Cancels the run cleanly; a later call continues it.</param>
    /// <returns>One outcome per task; if all are done, <see cref="Conclude()"/> can be called.</returns>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public async Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IExecutor? executor = null,
        Action<TaskOutcome>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        using var held = Start();
        return await ComputeAsync(
                executor ?? new InProcessExecutor(Store, Catalog, TimeProvider.System, ComputeDevice.Software),
                progress ?? (_ => { }),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Derives the findings of every analysis and writes <c>results.json</c>, the report, figures, tables, TensorBoard
    /// events and checkpoints into the run's folder.
    /// </summary>
    /// <returns>The content of the report, with the findings.</returns>
    /// <exception cref="InputException">
    /// A task is not finished, or the catalog lacks an analysis of the study; the message names it.
    /// </exception>
    public ReportContent Conclude() => Conclude(new ReportOptions());

    /// <summary>The same with options of the report.</summary>
    /// <param name="options">What the report contains, and which files are written besides it.</param>
    /// <returns>The content of the report, with the findings.</returns>
    /// <exception cref="InputException">
    /// A task is not finished, or the catalog lacks an analysis of the study; the message names it.
    /// </exception>
    public ReportContent Conclude(ReportOptions options)
    {
        using var held = Hold();
        return Write(options);
    }

    /// <summary>
    /// Writes the plan into the run's folder, so that other processes can follow the run, and marks the run as in
    /// progress in this process until the returned object is disposed.
    /// </summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    internal IDisposable? Start()
    {
        if (file is not null)
        {
            Location.Begin(Plan, file);
            if (Plan.Study.NetworkFile is { } network)
            {
                Format(Catalog, network).Keep(network, Store.Networks);
            }
        }

        return Hold();
    }

    /// <summary>
    /// Like <see cref="RunAsync"/>, for a caller that has already <see cref="Start">started</see> the run.
    /// </summary>
    internal Task<IReadOnlyList<TaskOutcome>> ComputeAsync(
        IExecutor executor,
        Action<TaskOutcome> progress,
        CancellationToken cancellationToken
    ) => executor.RunAsync(Plan.Tasks, progress, cancellationToken);

    /// <summary>
    /// Like <see cref="Conclude()"/>, for a caller that has already <see cref="Start">started</see> the run.
    /// </summary>
    internal ReportContent Write(ReportOptions? options = null) =>
        Missing is [var missing, ..]
            ? throw new InputException(
                $"The run '{Folder}' is not finished: the task '{missing.Title}' has not been run. Run the study first."
            )
            : StudyResults.Write(Plan, Location, Catalog, options ?? new());

    private IDisposable? Hold() => RunLock.Take(Folder, TimeProvider.System);
}
