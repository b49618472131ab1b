using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Tasks;

/// <summary>Finds what tasks name in their catalog.</summary>
internal static class TaskCatalog
{
    /// <summary>The network of a name in the task's catalog.</summary>
    /// <exception cref="InputException">The catalog has none of that name.</exception>
    public static NetworkArchitecture Network(this TaskContext context, string name) =>
        (NetworkArchitecture)context.Catalog.Network(name);

    /// <summary>The metrics of the task's catalog.</summary>
    public static IReadOnlyList<ImageMetric> Metrics(this TaskContext context) =>
        [.. context.Catalog.Metrics.OfType<ImageMetric>()];
}
