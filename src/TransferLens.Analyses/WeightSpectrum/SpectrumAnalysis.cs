using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary><see cref="SpectrumMeasurement"/> as part of a study: P, random weights before training, and every training.</summary>
internal sealed class SpectrumAnalysis : Analysis<SpectrumSettings, ImmutableArray<SolutionSpectrum>>
{
    private sealed record Planned(
        string Target,
        string Group,
        string Label,
        PlannedRun? Run,
        TaskSpec Source,
        SpectrumSolution Solution
    );

    /// <inheritdoc/>
    public override string Name => "weight_spectrum";

    /// <inheritdoc/>
    public override string Title => "Spectrum of the weights";

    /// <inheritdoc/>
    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, SpectrumSettings settings) =>
        Solutions(study)
            .Select(target => new PlannedTask(
                target.Key,
                SpectrumTask.Declared.CreateTask(
                    new SpectrumTaskSettings(study.Study.Network, [.. target.Select(planned => planned.Solution)]),
                    $"weight spectra on {target.Key}",
                    cost: 0,
                    target.Select(planned => (planned.Solution.Role, planned.Source)).Distinct()
                )
            ));

    /// <inheritdoc/>
    protected override ImmutableArray<SolutionSpectrum> Conclude(FinishedAnalysis<SpectrumSettings> finished) =>
        [.. Solutions(finished.Study).SelectMany(target => Read(target, finished))];

    private static IEnumerable<SolutionSpectrum> Read(
        IGrouping<string, Planned> target,
        FinishedAnalysis<SpectrumSettings> finished
    )
    {
        var spectra = finished
            .Read(target.Key)["solutions"]
            .Deserialize<ImmutableArray<SpectrumResult>>(StudyJson.Options);
        return target.Zip(spectra, (planned, spectrum) =>
            new SolutionSpectrum(
                planned.Target,
                planned.Group,
                planned.Label,
                planned.Run,
                planned.Solution.Checkpoint == "last"
                    && (string?)finished.Results.Read(planned.Source)["status"] == "diverged",
                spectrum
            )
        );
    }

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<SolutionSpectrum> result) =>
        new JsonArray([.. result.Select(solution => solution.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<SolutionSpectrum> result) =>
        SpectrumFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<SolutionSpectrum> result) =>
        SpectrumFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<SolutionSpectrum> result) =>
        SpectrumFigure.Tables(result);

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<SpectrumSettings> finished,
        ImmutableArray<SolutionSpectrum> result
    ) =>
        new(
            "Singular values of every weight matrix, convolutions as outputs x (inputs kernel kernel); stable rank: sum of their squares over the largest square; effective rank: exp of the entropy of the normalized squares.",
            "weights of the last epoch; RI: random weights before the first step of the first run from random weights",
            "stable rank: Rudelson and Vershynin 2007; effective rank: after Roy and Vetterli 2007, with squares",
            [
                "Before a normalization the scale of the weights has no effect on the function: compare ranks and shapes, not heights.",
                "The matrix of a convolution is not its linear map on images.",
                "A spectrum is exact for given weights: no image enters. Its uncertainty is the range over trainings.",
                "Trainings that diverged count in no finding, figure or mean: their last finite weights were used.",
                "A spectrum says how weights changed, not whether the change matters.",
            ]
        );

    private static IEnumerable<IGrouping<string, Planned>> Solutions(PlannedStudy study) =>
        study
            .Runs.GroupBy(run => run.Target)
            .SelectMany(runs =>
            {
                var solutions = new List<Planned>();
                if (study.Pretraining is { } pretraining)
                {
                    solutions.Add(new(runs.Key, "P", "P", null, pretraining, new("P", "last")));
                }

                if (runs.FirstOrDefault(run => run.Initialization == Initialization.Random) is { } random)
                {
                    solutions.Add(new(runs.Key, "RI", "RI", null, random.Train, new(Role(random), "0")));
                }

                return solutions.Concat(
                    runs.Select(run => new Planned(
                        run.Target,
                        run.Run,
                        run.Label,
                        run,
                        run.Train,
                        new(Role(run), "last")
                    ))
                );
            })
            .GroupBy(planned => planned.Target);

    private static string Role(PlannedRun run) => $"run {run.Label}";
}
