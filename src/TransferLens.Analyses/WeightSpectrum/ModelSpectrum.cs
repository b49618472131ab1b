using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The spectrum of one model of a study.</summary>
/// <param name="Target">The target.</param>
/// <param name="Group">
/// The kind of model: <c>P</c>, <c>RI</c> (random weights before training), or the run's name, with the learning rate
/// if the run has several.
/// </param>
/// <param name="Label">Its name, for example <c>P-T s1</c>.</param>
/// <param name="Run">The run; null for P and RI.</param>
/// <param name="Diverged">Whether it diverged; its last finite weights were used.</param>
/// <param name="Spectrum">Its singular values.</param>
internal sealed record ModelSpectrum(
    string Target,
    string Group,
    string Label,
    PlannedRun? Run,
    bool Diverged,
    SpectrumResult Spectrum
)
{
    /// <summary>Seed of the weights before training; null for P.</summary>
    public int? Start { get; init; }

    /// <summary>The seed of a run's weights before training.</summary>
    /// <param name="run">The run.</param>
    public static int? StartOf(PlannedRun run) =>
        TaskSettings.Read<TrainTaskSettings>(run.Train.Settings).InitSeed ?? run.Seed;

    /// <summary>
    /// Whether it is included in findings, figures and means: every model except runs that diverged. P is included even
    /// if its own training diverged, since fine-tuning started from it.
    /// </summary>
    public bool Sound => Run is null || !Diverged;
}

/// <summary>One model in results.json; the numbers are those of <see cref="SpectrumResult"/>.</summary>
internal sealed record SpectrumEntry(string Target, string Model, bool Diverged, ImmutableArray<ModuleSpectrum> Modules)
{
    /// <summary>The entry of a model.</summary>
    public static SpectrumEntry Create(ModelSpectrum model) =>
        new(model.Target, model.Label, model.Diverged, model.Spectrum.Modules);
}
