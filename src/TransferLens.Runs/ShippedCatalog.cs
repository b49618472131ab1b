using TransferLens.Analyses.CheckpointSweep;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.DataEfficiency;
using TransferLens.Analyses.FeatureReuse;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Analyses.FineTuningDepth;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.LearningCurves;
using TransferLens.Analyses.Mistakes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Analyses.ParameterDistance;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Analyses.Probe;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Analyses.WiseFt;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Tasks;

namespace TransferLens.Runs;

/// <summary>What ships with TransferLens.</summary>
public static class ShippedCatalog
{
    private static readonly Catalog Shipped = new(
        Formats: [.. ImageFormats.All],
        Networks: [.. Networks.All],
        Metrics: [.. Metrics.All],
        Analyses:
        [
            new LearningCurvesAnalysis(),
            new ProbeAnalysis(),
            new FeatureReuseAnalysis(),
            new MistakesAnalysis(),
            new SimilarityAnalysis(),
            new DistanceAnalysis(),
            new BarrierAnalysis(),
            new SoupAnalysis(),
            new WiseFtAnalysis(),
            new CriticalityAnalysis(),
            new CheckpointSweepAnalysis(),
            new FineTuningDepthAnalysis(),
            new DataEfficiencyAnalysis(),
            new SpectrumAnalysis(),
        ],
        Tasks:
        [
            new ImagesTask(),
            new ImportWeightsTask(),
            new TrainTask(),
            new EvaluateTask(),
            new MistakesTask(),
            new SimilarityTask(),
            new DistanceTask(),
            new BarrierTask(),
            new AlignedTask(),
            new CurveTask(),
            new PlaneTask(),
            new BasinTask(),
            new SoupTask(),
            new GreedySoupTask(),
            new WiseFtTask(),
            new CriticalityTask(),
            new ResettableTask(),
            new TrainFrozenTask(),
            new SpectrumTask(),
            new DepthTask(),
            new SubsetProbeTask(),
            new ModuleFeaturesTask(),
            new ProbeTask(),
        ],
        Executors: [.. ShippedExecutors.All]
    )
    {
        NetworkFormats = [new OnnxFormat()],
    };

    extension(Catalog)
    {
        /// <summary>Everything that ships, in the order in which a report shows its analyses.</summary>
        public static Catalog Default => Shipped;
    }
}
