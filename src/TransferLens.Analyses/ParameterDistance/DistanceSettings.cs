namespace TransferLens.Analyses.ParameterDistance;

/// <summary>Settings of <see cref="DistanceAnalysis"/>; it has none.</summary>
internal sealed record DistanceSettings;
