using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Score and loss along the line between two models on the resamples of <see cref="Bootstrap"/>, so that lines can be
/// averaged and compared: all lines of a study on one target draw the same test images.
/// </summary>
/// <param name="Lambdas">Where, in order; 0 and 1 among them.</param>
/// <param name="Scores">The score at each lambda.</param>
/// <param name="Losses">The loss at each lambda; empty when one is not finite.</param>
internal sealed record LineSamples(
    ImmutableArray<double> Lambdas,
    ImmutableArray<ScoreSample> Scores,
    ImmutableArray<ScoreSample> Losses
)
{
    /// <summary>The most lambdas that are kept; of a finer line they are taken evenly.</summary>
    public const int MostLambdas = 25;

    /// <summary>The lambdas between 0 and 1.</summary>
    public ImmutableArray<double> Between => [.. Lambdas.Where(lambda => lambda is > 0 and < 1)];

    /// <summary>The shortfall of the score below the straight line, at each lambda between 0 and 1.</summary>
    public ImmutableArray<ScoreSample> Shortfalls() => FromLine(Scores, 1);

    /// <summary>The excess of the loss above the line, at each lambda between 0 and 1; empty as above.</summary>
    public ImmutableArray<ScoreSample> Excesses() => FromLine(Losses, -1);

    /// <summary>The samples of a bootstrap along a line.</summary>
    /// <param name="lambdas">The lambdas that took part; 0 and 1 among them.</param>
    /// <param name="scores">The score at each, and its resamples.</param>
    /// <param name="losses">The same of the loss; null when one is not finite.</param>
    /// <param name="images">Number of images.</param>
    public static LineSamples Create(
        IReadOnlyList<double> lambdas,
        IReadOnlyList<(double Value, double[] Draws)> scores,
        IReadOnlyList<(double Value, double[] Draws)>? losses,
        int images
    )
    {
        var kept = Kept(lambdas);
        return new([.. kept.Select(at => lambdas[at])], Take(scores), losses is null ? [] : Take(losses));

        ImmutableArray<ScoreSample> Take(IReadOnlyList<(double Value, double[] Draws)> all) =>
            [.. kept.Select(at => ScoreSample.FromDraws(all[at].Value, images, [.. all[at].Draws]))];
    }

    /// <summary>The samples as scores of a <see cref="ScoreFile"/>.</summary>
    /// <param name="curve">Name of the curve: <c>raw</c> or <c>recalibrated</c>.</param>
    public IEnumerable<(string Name, ScoreSample Score)> Write(string curve) =>
        [
            .. Scores.Select((sample, at) => (Name(curve, "score", Lambdas[at]), sample)),
            .. Losses.Select((sample, at) => (Name(curve, "loss", Lambdas[at]), sample)),
        ];

    /// <summary>Reads the samples of a curve.</summary>
    /// <param name="document">The content of <c>scores.json</c>.</param>
    /// <param name="curve">Name of the curve.</param>
    public static LineSamples Read(JsonNode document, string curve)
    {
        var start = Name(curve, "score", null);
        ImmutableArray<double> lambdas =
        [
            .. document
                .AsObject()
                .Select(score => score.Key)
                .Where(name => name.StartsWith(start, StringComparison.Ordinal))
                .Select(name => double.Parse(name[start.Length..], CultureInfo.InvariantCulture))
                .Order(),
        ];
        var hasLosses = document.AsObject().ContainsKey(Name(curve, "loss", 0));
        return new(lambdas, Find("score", lambdas), Find("loss", hasLosses ? lambdas : []));

        ImmutableArray<ScoreSample> Find(string what, ImmutableArray<double> at) =>
            [.. at.Select(lambda => ScoreFile.Read(document, Name(curve, what, lambda)))];
    }

    private static string Name(string curve, string what, double? lambda) =>
        string.Create(CultureInfo.InvariantCulture, $"{curve} {what} at {lambda}");

    // Beyond the ends there is no barrier.
    private static List<int> Kept(IReadOnlyList<double> lambdas)
    {
        var all = Enumerable.Range(0, lambdas.Count).Where(at => lambdas[at] is >= 0 and <= 1).ToList();
        return all.Count <= MostLambdas
            ? all
            :
            [
                .. Enumerable
                    .Range(0, MostLambdas)
                    .Select(i => all[(int)Math.Round(i * (all.Count - 1.0) / (MostLambdas - 1))]),
            ];
    }

    private ImmutableArray<ScoreSample> FromLine(ImmutableArray<ScoreSample> samples, double sign) =>
        samples.IsEmpty
            ? []
            :
            [
                .. Enumerable
                    .Range(0, Lambdas.Length)
                    .Where(at => Lambdas[at] is > 0 and < 1)
                    .Select(at =>
                        ScoreSample.Combine(
                            [samples[0], samples[^1], samples[at]],
                            [sign * (1 - Lambdas[at]), sign * Lambdas[at], -sign]
                        )
                    ),
            ];
}
