using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Analyses.Preprocessing;

/// <summary>What a network makes of the same images under one normalization.</summary>
/// <param name="Name">Name of the normalization, or its numbers.</param>
/// <param name="Normalize">The normalization.</param>
/// <param name="Score">The score of the images' metric, in [0, 1].</param>
/// <param name="Loss">Mean loss in nats.</param>
/// <param name="AboveChosen">
/// Its loss minus that under the chosen normalization, in nats, paired by image; null for the chosen one.
/// </param>
public sealed record NormalizationScore(
    string Name,
    Normalization Normalize,
    double Score,
    double Loss,
    Effect? AboveChosen
);

/// <summary>
/// Whether a network expects another normalization than the chosen one: its loss on the same images under every
/// normalization that has a name, with paired 95 % intervals over images. On images of the kind that the network was
/// trained on, the correct normalization has the smallest loss, as a rule. A difference that is detected after
/// Bonferroni's correction for the number of normalizations is a reason to look up how the network was trained.
/// </summary>
/// <param name="Scores">The chosen normalization first.</param>
public sealed record PreprocessingCheck(ImmutableArray<NormalizationScore> Scores)
{
    /// <summary>The smallest difference in loss that matters, in nats.</summary>
    public const double Notable = 0.01;

    /// <summary>The chosen normalization.</summary>
    public NormalizationScore Chosen => Scores[0];

    /// <summary>
    /// The normalization with the smallest loss, if that is below the chosen one's by more than <see cref="Notable"/>
    /// beyond the uncertainty; else null.
    /// </summary>
    public NormalizationScore? Better =>
        Scores
            .Skip(1)
            .Where(other => IsBelow(other.AboveChosen!))
            .MinBy(other => other.Loss);

    private bool IsBelow(Effect difference) =>
        difference.Value < -Notable && difference.P * (Scores.Length - 1) < Effect.Alpha;

    /// <summary>Evaluates a network under each normalization.</summary>
    /// <param name="network">The network; its weights do not change.</param>
    /// <param name="images">Labelled images, not normalized; two or more.</param>
    /// <param name="settings">The chosen normalization, batch size, precision and metric.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="InputException">The network has no output for a label, or there is a single image.</exception>
    public static PreprocessingCheck Measure(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        IProgress<TaskProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(settings);
        if (images.Count < 2)
        {
            throw new InputException("Normalizations cannot be compared on a single image; give more images.");
        }

        var chosen = settings.Normalize;
        List<Measured> measured =
        [
            Of(chosen),
            .. Normalization.Presets.Select(preset => preset.Value).Where(other => other != chosen).Select(Of),
        ];
        return new([
            .. measured.Select((one, i) =>
                new NormalizationScore(
                    $"{one.Normalize}",
                    one.Normalize,
                    one.Result.Score,
                    one.Result.Loss,
                    i == 0 ? null : ScoreContrast.PairedDifference([one.Losses], [measured[0].Losses])
                )
            ),
        ]);

        Measured Of(Normalization normalize)
        {
            var result = Evaluator.Evaluate(
                network,
                images,
                settings with
                {
                    Normalize = normalize,
                },
                progress,
                cancellationToken
            );
            return new(normalize, result, ScoreSample.FromValues(ImageLosses.Of(result, images.Labels)));
        }
    }

    private sealed record Measured(Normalization Normalize, EvaluationResult Result, ScoreSample Losses);
}
