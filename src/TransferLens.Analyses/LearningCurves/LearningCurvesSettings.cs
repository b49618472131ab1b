namespace TransferLens.Analyses.LearningCurves;

/// <summary>Settings of <see cref="LearningCurvesAnalysis"/>: it has none.</summary>
internal sealed record LearningCurvesSettings;
