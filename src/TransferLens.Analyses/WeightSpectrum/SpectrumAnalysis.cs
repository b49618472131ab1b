using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary><see cref="SpectrumMeasurement"/> in a study: P, random weights before training, and every run.</summary>
internal sealed class SpectrumAnalysis : Analysis<SpectrumSettings, ImmutableArray<ModelSpectrum>>
{
    private sealed record Planned(
        string Target,
        string Group,
        string Label,
        PlannedRun? Run,
        TaskSpec Source,
        SpectrumModel Model
    )
    {
        /// <summary>Seed of the weights before training; null for P.</summary>
        public int? Start { get; init; }
    }

    /// <inheritdoc/>
    public override string Name => "weight_spectrum";

    /// <inheritdoc/>
    public override string Title => "Spectrum of the weights";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SpectrumSettings settings) =>
        Models(study)
            .Select(target => new PlannedTask(
                target.Key,
                SpectrumTask.Declared.CreateTask(
                    new SpectrumTaskSettings(study.Study.GroupedNetwork, [.. target.Select(planned => planned.Model)]),
                    $"weight spectra on {target.Key}",
                    cost: 0,
                    target.Select(planned => (planned.Model.Role, planned.Source)).Distinct()
                )
            ));

    /// <inheritdoc/>
    protected override ImmutableArray<ModelSpectrum> Conclude(FinishedAnalysis<SpectrumSettings> finished) =>
        [.. Models(finished.Study).SelectMany(target => Read(target, finished))];

    private static IEnumerable<ModelSpectrum> Read(
        IGrouping<string, Planned> target,
        FinishedAnalysis<SpectrumSettings> finished
    )
    {
        var spectra = finished
            .Read(target.Key)["models"]
            .Deserialize<ImmutableArray<SpectrumResult>>(ResultJson.Options);
        return target.Zip(spectra, (planned, spectrum) =>
            new ModelSpectrum(
                planned.Target,
                planned.Group,
                planned.Label,
                planned.Run,
                planned.Model.Checkpoint == "last"
                    && (string?)finished.Results.Read(planned.Source)["status"] == "diverged",
                spectrum
            )
            {
                Start = planned.Start,
            }
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<ModelSpectrum> result) =>
        new JsonArray([
            .. result.Select(model => JsonSerializer.SerializeToNode(SpectrumEntry.Create(model), ResultJson.Options)),
            .. SpectrumChange.Of(result).Select(change => change.ToJson()),
        ]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<ModelSpectrum> result) =>
        SpectrumFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<ModelSpectrum> result) => SpectrumFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<ModelSpectrum> result) => SpectrumTable.Of(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<SpectrumSettings> finished,
        ImmutableArray<ModelSpectrum> result
    ) => new(SpectrumWords.Definition, SpectrumWords.Settings, SpectrumWords.Source, [.. SpectrumWords.Caveats]);

    private static IEnumerable<IGrouping<string, Planned>> Models(PlannedStudy study)
    {
        var groups = RunGroup
            .Of(study)
            .SelectMany(group => group.Seeds, (group, run) => (Run: (run.Target, run.Label), group.Label))
            .ToDictionary(group => group.Run, group => group.Label);
        return study
            .Runs.GroupBy(run => run.Target)
            .SelectMany<IGrouping<string, PlannedRun>, Planned>(runs =>
            {
                var models = new List<Planned>();
                if (study.Pretraining is { } pretraining)
                {
                    models.Add(new(runs.Key, "P", "P", null, pretraining, new("P", "last")));
                }

                return
                [
                    .. models,
                    .. Starts(runs),
                    .. runs.Select(run => new Planned(
                        run.Target,
                        groups[(run.Target, run.Label)],
                        run.Label,
                        run,
                        run.Train,
                        new(Role(run), "last")
                    )
                    {
                        Start = ModelSpectrum.StartOf(run),
                    }),
                ];
            })
            .GroupBy(planned => planned.Target);
    }

    // Runs with one seed start from the same random weights.
    private static IEnumerable<Planned> Starts(IGrouping<string, PlannedRun> runs)
    {
        var starts = runs.Where(run => run.Initialization == Initialization.Random)
            .DistinctBy(ModelSpectrum.StartOf)
            .ToList();
        return starts.Select(run => new Planned(
            run.Target,
            "RI",
            starts.Count == 1 ? "RI" : $"RI s{ModelSpectrum.StartOf(run)}",
            null,
            run.Train,
            new(Role(run), "0")
        )
        {
            Start = ModelSpectrum.StartOf(run),
        });
    }

    private static string Role(PlannedRun run) => $"run {run.Label}";
}
