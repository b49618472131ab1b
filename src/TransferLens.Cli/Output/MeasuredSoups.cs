using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Output;

/// <summary>The soups of some checkpoints.</summary>
/// <param name="Uniform">The average of all.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="Greedy">The average of those that validation images choose; null without any.</param>
internal sealed record MeasuredSoups(SoupResult Uniform, StateDict Weights, MeasuredGreedy? Greedy) : IDisposable
{
    /// <summary>Averages checkpoints and measures the averages.</summary>
    /// <param name="members">The checkpoints; they do not change.</param>
    /// <param name="images">The images to measure on, those that choose members of a greedy soup, null for none, and
    /// those to recompute running statistics from.</param>
    /// <param name="settings">How the networks are evaluated.</param>
    /// <param name="cancellationToken">Cancels the measurement between batches.</param>
    public static MeasuredSoups Measure(
        IReadOnlyList<Network> members,
        (ImageSet Measured, ImageSet? Validation, ImageSet Training) images,
        EvaluationSettings settings,
        CancellationToken cancellationToken
    )
    {
        var training = Recalibration.Applies(members[0]) ? images.Training : null;
        var (uniform, weights) = SoupMeasurement.Measure(
            members,
            images.Measured,
            settings,
            training,
            cancellationToken: cancellationToken
        );
        try
        {
            var greedy = images.Validation is { } validation
                ? MeasuredGreedy.Measure(members, images.Measured, validation, settings, training, cancellationToken)
                : null;
            return new(uniform, weights, greedy);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes the soup to a file: the greedy one if there is one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="statisticsFrom">The images that running statistics were recomputed from, where they were.</param>
    /// <param name="aligned">How the members were aligned to the first; null where they were not.</param>
    public void Save(string path, string statisticsFrom, AlignmentMethod? aligned)
    {
        var metadata = Greedy?.Metadata(statisticsFrom)
            ?? SoupTask.Metadata(Uniform.Members.Length, Uniform, statisticsFrom: statisticsFrom);
        Safetensors.Write(
            path,
            Greedy?.Weights ?? Weights,
            aligned is { } method
                ? new Dictionary<string, string>(metadata) { ["aligned_by"] = EnumWords<AlignmentMethod>.Of(method) }
                : metadata
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Greedy?.Dispose();
        Weights.Dispose();
    }
}
