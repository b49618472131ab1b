namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>Settings of <see cref="SpectrumAnalysis"/>; it has none.</summary>
internal sealed record SpectrumSettings;
