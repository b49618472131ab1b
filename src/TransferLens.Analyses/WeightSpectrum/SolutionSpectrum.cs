using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The spectrum of one solution of a study.</summary>
/// <param name="Target">The target.</param>
/// <param name="Group">What solutions of its kind are called: <c>P</c>, <c>RI</c>, or the run's name.</param>
/// <param name="Label">Its own name, for example <c>P-T s1</c>.</param>
/// <param name="Run">The training; null for P and RI.</param>
/// <param name="Diverged">Whether it diverged; its last finite weights were used.</param>
/// <param name="Spectrum">Its singular values.</param>
internal sealed record SolutionSpectrum(
    string Target,
    string Group,
    string Label,
    PlannedRun? Run,
    bool Diverged,
    SpectrumResult Spectrum
)
{
    /// <summary>Whether it counts in findings, figures and means: not a training that diverged. What P is, fine-tuning started from, whatever became of its own training.</summary>
    public bool Sound => Run is null || !Diverged;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson()
    {
        var json = JsonSerializer.SerializeToNode(Spectrum, StudyJson.Options)!.AsObject();
        json.Insert(0, "target", Target);
        json.Insert(1, "solution", Label);
        json.Insert(2, "diverged", Diverged);
        return json;
    }
}
