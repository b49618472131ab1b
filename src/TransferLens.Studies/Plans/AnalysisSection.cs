using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;

namespace TransferLens.Studies.Plans;

/// <summary>An analysis in results and report.</summary>
/// <param name="Name">The analysis' name, for example <c>performance_barrier</c>.</param>
/// <param name="Title">Its heading in the report.</param>
/// <param name="Result">Its numbers, as in <c>results.json</c>.</param>
/// <param name="Findings">The findings that the numbers support.</param>
/// <param name="Figures">Its figures.</param>
/// <param name="Tables">Its tables.</param>
/// <param name="Method">How it was computed.</param>
public sealed record AnalysisSection(
    string Name,
    string Title,
    JsonNode Result,
    ImmutableArray<Finding> Findings,
    ImmutableArray<Figure> Figures,
    ImmutableArray<Table> Tables,
    Method Method
)
{
    /// <summary>Small figures for the first screen of the report, at most one for each target.</summary>
    public ImmutableArray<Highlight> Highlights { get; init; } = [];

    /// <summary>Weights that the analysis produced and that users may want.</summary>
    public ImmutableArray<MadeCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>The models that the analysis offers, at most one for each target.</summary>
    public ImmutableArray<ModelOffer> Models { get; init; } = [];
}

/// <summary>Weights that an analysis produced, copied into the run's folder <c>checkpoints/</c>.</summary>
/// <param name="Name">File name without ending, for example <c>cartoon-P-T-soup</c>.</param>
/// <param name="Task">The task whose artifact contains them.</param>
/// <param name="File">Their file in the artifact, for example <c>soup.safetensors</c>.</param>
public sealed record MadeCheckpoint(string Name, TaskSpec Task, string File);
