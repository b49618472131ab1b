using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Common;

/// <summary>Reports the progress of a part as progress of the whole.</summary>
/// <param name="total">Receives the progress of the whole.</param>
/// <param name="from">Fraction of the whole that is done when the part starts.</param>
/// <param name="share">The part's fraction of the whole.</param>
internal sealed class PartialProgress(IProgress<TaskProgress> total, double from, double share)
    : IProgress<TaskProgress>
{
    /// <inheritdoc/>
    public void Report(TaskProgress value) => total.Report(value with { Fraction = from + (share * value.Fraction) });
}
