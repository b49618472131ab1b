using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Report;
using TransferLens.Report.Content;
using TransferLens.Report.TensorBoard;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>
/// The results of a finished study: <c>results.json</c> and the content of the report. The former contains no host,
/// time or path, so that equal studies give equal files.
/// </summary>
internal static class StudyResults
{
    /// <summary>Version of <c>results.json</c>.</summary>
    public const int Version = 2;

    private static readonly JsonSerializerOptions Indented = new(ResultJson.Options) { WriteIndented = true };

    /// <summary>Derives the findings of every analysis and writes results and report into the run's folder.</summary>
    /// <exception cref="InputException">
    /// The catalog lacks an analysis of the plan, or the plan has tasks of another version.
    /// </exception>
    public static ReportContent Write(Plan plan, RunFolder folder, Catalog catalog, ReportOptions options)
    {
        foreach (var planned in plan.Analyses)
        {
            catalog.Analysis(planned.Name); // One that the catalog lacks must not vanish from the report.
        }

        foreach (var task in plan.ReferencedTasks)
        {
            catalog.Runner(task.Kind); // Results of another version may have another form.
        }

        var results = new StoreResults(folder.Store);
        var study = Planned(plan, catalog);
        var sections = Adjust([
            .. catalog
                .Analyses.SelectMany(analysis =>
                    plan.Analyses.Where(planned => planned.Name == analysis.Name)
                        .Select(planned => Conclude(plan, analysis, planned, study, results))
                )
                .Select(section => section with { Findings = [.. TrainingFit.Mark(section.Findings, plan, results)] }),
        ]);
        var models = StudyModels.All(plan, sections, catalog, results);
        DurableFile.Write(
            Path.Combine(folder.Path, "results.json"),
            Json(plan, sections, models, results).ToJsonString(Indented) + "\n"
        );
        folder.Clear();
        CopyCheckpoints(plan, sections, folder);
        EventFiles.Write(TrainingEvents.Create(plan, results, folder.Store), folder.Path);
        var content = Content(plan, sections, results, folder.Store) with { Models = StudyModels.Lines(plan, models) };
        ReportWriter.Write(content, folder.Path, options);
        return content;
    }

    // Questions that one report answers are judged together.
    private static ImmutableArray<AnalysisSection> Adjust(ImmutableArray<AnalysisSection> sections)
    {
        var adjusted = Holm.Adjust([.. sections.SelectMany(section => section.Findings)]).AsSpan();
        var result = ImmutableArray.CreateBuilder<AnalysisSection>(sections.Length);
        foreach (var section in sections)
        {
            result.Add(section with { Findings = [.. adjusted[..section.Findings.Length]] });
            adjusted = adjusted[section.Findings.Length..];
        }

        return result.ToImmutable();
    }

    /// <summary>A planned study, from which analyses conclude.</summary>
    public static PlannedStudy Planned(Plan plan, Catalog catalog) =>
        new(plan.Study, plan.Pretraining, plan.Runs) { Catalog = catalog };

    /// <summary>Derives the numbers, findings and models of an analysis.</summary>
    /// <exception cref="InputException">Another version planned its tasks.</exception>
    public static AnalysisSection Conclude(
        Plan plan,
        IAnalysis analysis,
        PlannedAnalysis planned,
        PlannedStudy study,
        StoreResults results
    ) =>
        analysis.Conclude(
            study,
            plan.Study.Analyses.First(entry => entry.Key == analysis.Name).Value,
            planned,
            results
        );

    private static JsonObject Json(
        Plan plan,
        ImmutableArray<AnalysisSection> sections,
        ImmutableArray<(string, ModelOffer)> models,
        StoreResults results
    ) =>
        new()
        {
            ["version"] = Version,
            ["study"] = plan.Study.Name,
            ["network"] = NetworkOf(plan.Study),
            ["networkSource"] = plan.Study.NetworkFile is null ? null : plan.Study.Network,
            ["images"] = StudyJson.Write(plan.Study.Images),
            ["pretrained"] = ImportedWeights.Json(plan, results),
            ["data"] = UsedImages.Json(plan, results),
            ["runs"] = new JsonArray([.. plan.Runs.Select(run => Run(run, results))]),
            ["analyses"] = new JsonObject(
                sections.Select(section => KeyValuePair.Create(section.Name, (JsonNode?)section.Result.DeepClone()))
            ),
            ["models"] = StudyModels.Json(plan, models),
            ["findings"] = JsonSerializer.SerializeToNode(
                sections.SelectMany(section => section.Findings).ToList(),
                ResultJson.Options
            ),
        };

    private static JsonObject Run(PlannedRun run, StoreResults results)
    {
        var (trained, evaluated) = (results.Read(run.Train), results.Read(run.Evaluate));
        var json = new JsonObject
        {
            ["target"] = run.Target,
            ["run"] = run.Run,
            ["label"] = run.Label,
            ["init"] = JsonSerializer.SerializeToNode(run.Initialization, ResultJson.Options),
            ["learningRate"] = run.LearningRate,
            ["seed"] = run.Seed,
            ["initSeed"] = TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).InitSeed ?? run.Seed,
            ["training"] = run.Train.Settings["training"]!.DeepClone(),
            ["status"] = trained["status"]!.DeepClone(),
            [run.Metric.JsonKey] = evaluated[run.Metric.JsonKey]!.DeepClone(),
            ["low"] = evaluated["low"]!.DeepClone(),
            ["high"] = evaluated["high"]!.DeepClone(),
            ["loss"] = evaluated["loss"]?.DeepClone(),
            ["examples"] = evaluated["examples"]!.DeepClone(),
            ["lastEpoch"] = trained["last"]!.DeepClone(),
            ["bestEpoch"] = trained["best"]!.DeepClone(),
            ["epochs"] = trained["epochs"]!.DeepClone(),
            ["perImage"] = ScoreFile.PerImage(results.Read(run.Evaluate, ScoreFile.Name)),
        };
        if (run.MetricOverride is not null)
        {
            json["metric"] = DescribedMetric.Write(run.Metric);
        }

        foreach (var detail in (string[])["balancedAccuracy", "macroF1", "perClass"])
        {
            if (evaluated[detail] is { } value)
            {
                json.TryAdd(detail, value.DeepClone());
            }
        }

        if (run.IsMultiLabel)
        {
            json["labels"] = evaluated["labels"]!.DeepClone();
        }

        return json;
    }

    private static ReportContent Content(
        Plan plan,
        ImmutableArray<AnalysisSection> sections,
        StoreResults results,
        ArtifactStore store
    )
    {
        var study = plan.Study;
        var source = study.Pretrained switch
        {
            null => "no pretrained checkpoint",
            { Weights: { } weights } => $"pretrained weights (P) from {study.Pretrained.NameOf(weights)}",
            { Data: { } data } => $"pretrained in this study (P) on {Describe(data)}",
            _ => "pretrained in this study (P)",
        };
        var targets = string.Join(", ", study.Targets.Select(target => target.Key));
        return new(
            study.Name,
            $"{NetworkOf(study)}, {source}, transferred to {targets}",
            [.. sections.SelectMany(section => section.Findings)],
            sections,
            [.. plan.Runs.Select(run => Line(run, results))],
            [.. plan.Tasks.Select(task => TaskProvenance.Create(task, store))],
            [
                new("network", NetworkOf(study)),
                new("images", Describe(study.Images)),
                new("source", source),
                .. ImportedWeights.Setup(plan.Pretraining, results),
                .. study.Targets.Select(target =>
                    KeyValuePair.Create(
                        $"target {target.Key}",
                        $"{Describe(target.Value)}; {UsedImages.Words(plan, target.Key, results)}"
                    )
                ),
                new("training", Describe(study.Training)),
            ]
        )
        {
            Labels = LabelTable.Create(plan.Runs, results),
            Legend = RunNames.Explain(plan),
        };
    }

    // The file that defines it, whose digest is part of the keys of all tasks.
    private static string NetworkOf(Study study) =>
        study.NetworkFile is { } file ? Path.GetFileName(file) : study.Network;

    private static string Describe(ImageSettings images)
    {
        var (size, resize) = (images.Size, images.Resize);
        var squashed = images.ResizeMode == ResizeMode.Squash ? $" (squashed to {resize} x {resize})" : "";
        return $"{size} x {size}{squashed}, normalize {images.Normalize}";
    }

    // For example: synthetic images (style photo, seed 1).
    private static string Describe(TargetSettings data)
    {
        var options = data
            .Train.Options.Where(option => option.Key is "style" or "seed")
            .Select(option => $"{option.Key} {option.Value}")
            .ToList();
        return $"{data.Train.Format} images{(options.Count > 0 ? $" ({string.Join(", ", options)})" : "")}";
    }

    private static string Describe(TrainingSettings training)
    {
        var (optimizer, schedule) = (training.Optimizer, training.Schedule);
        var precision = training.Precision.ToString().ToLowerInvariant();
        var frozen = training.Freeze is { } modules ? $", frozen: {string.Join(", ", modules)}" : "";
        return $"{training.Epochs} epochs, batches of {training.BatchSize}, {optimizer.Name}, "
            + $"{schedule.Name} schedule, weight decay {optimizer.WeightDecay}, {precision}{frozen}";
    }

    private static RunLine Line(PlannedRun run, StoreResults results)
    {
        var (trained, evaluated) = (results.Read(run.Train), results.Read(run.Evaluate));
        return new(
            run.Target,
            run.Run,
            run.LearningRate,
            run.Seed,
            (string)trained["status"]!,
            (double?)evaluated[run.Metric.JsonKey],
            (double?)evaluated["low"],
            (double?)evaluated["high"],
            (double?)evaluated["loss"]
        )
        {
            Metric = run.Metric,
        };
    }

    // The last weights of every run, and those that analyses made. Copies, so that no artifact is changed through them.
    private static void CopyCheckpoints(Plan plan, ImmutableArray<AnalysisSection> sections, RunFolder folder)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder.Path, "checkpoints")).FullName;
        var trained = plan.Runs.Select(run =>
            (Name: $"{run.Target}-{run.Label}", File: CheckpointFiles.Find(folder.Store.Open(run.Train.Key), "last"))
        );
        var made = sections
            .SelectMany(section => section.Checkpoints)
            .Select(one => (one.Name, File: Path.Combine(folder.Store.Open(one.Task.Key), one.File)));
        foreach (var (name, source) in trained.Concat(made))
        {
            var path = Path.Combine(target, $"{name}.safetensors".Replace(' ', '_'));
            Copy(source, path);
        }
    }

    // Two runs into one folder may copy the same file at once.
    private static void Copy(string source, string path)
    {
        var draft = $"{path}.{UniqueName.Create()}.part";
        try
        {
            File.Copy(source, draft);
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
