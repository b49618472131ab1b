using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>
/// What the distances support: how far apart runs from P and runs from random weights end and began, and which of them
/// move farther.
/// </summary>
internal static class DistanceFindings
{
    private const string Name = "parameter_distance";

    /// <summary>
    /// Up to two findings for each target that has runs of both kinds; a single one, which compares nothing, where they
    /// were trained with unequal settings.
    /// </summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<PairDistance> pairs) =>
        [
            .. DistanceComparison
                .Of(pairs)
                .SelectMany(target =>
                    Finding.On(
                        target.Target,
                        target.Unequal is { } unequal
                            ? [NotCompared(target, unequal)]
                            : [Ends(target), Movement(target)]
                    )
                ),
        ];

    // It states numbers of each kind and tests nothing, so it has no decision.
    private static Finding NotCompared(DistanceComparison target, string unequal)
    {
        var text = DistanceWords.NotCompared(target, unequal);
        return new(
            Name,
            text.Headline,
            Confidence.Low,
            [.. EvidenceOf(target.Pretrained), .. EvidenceOf(target.Random)],
            text.Action
        )
        {
            Detail = text.Detail,
            ComparesStarts = true,
        };
    }

    private static Finding? Ends(DistanceComparison target)
    {
        if (target is not { Body: { } difference, Pretrained.Body: not null, Random.Body: not null })
        {
            return null;
        }

        var text = DistanceWords.Ends(target, difference);
        return new(
            Name,
            text.Headline,
            difference.Decide(margin: 0),
            [
                .. EvidenceOf(target.Pretrained).SkipLast(1),
                .. EvidenceOf(target.Random).SkipLast(1),
                difference.Evidence(DistanceWords.Difference("distance", target), ""),
            ]
        )
        {
            Detail = text.Detail,
            ComparesStarts = true,
        };
    }

    private static Finding Movement(DistanceComparison target)
    {
        var difference = target.Moved!;
        var text = DistanceWords.Movement(target, difference);
        return new(
            Name,
            text.Headline,
            difference.Decide(margin: 0),
            [
                target.Pretrained.MeanMoved.Evidence(DistanceWords.Moved(target.Pretrained.Run), ""),
                target.Random.MeanMoved.Evidence(DistanceWords.Moved(target.Random.Run), ""),
                difference.Evidence(DistanceWords.Difference("distance moved", target), ""),
            ]
        )
        {
            Detail = text.Detail,
            ComparesStarts = true,
        };
    }

    // How far the runs moved comes last.
    private static IEnumerable<Evidence> EvidenceOf(DistanceSide side)
    {
        if (side is { Body: { } body, Began: { } began })
        {
            yield return body.Evidence(DistanceWords.Body(side.Run), "");
            yield return began.Value == 0
                ? new(DistanceWords.Began(side.Run), 0, null, null, "")
                : began.Evidence(DistanceWords.Began(side.Run), "");
        }

        if (side.Cosine is { } cosine)
        {
            yield return cosine.Evidence(DistanceWords.Cosine(side.Run), "");
        }

        yield return side.MeanMoved.Evidence(DistanceWords.Moved(side.Run), "");
    }
}
