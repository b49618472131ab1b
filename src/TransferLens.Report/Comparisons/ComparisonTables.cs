using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>A comparison as tables, numbers with all their digits.</summary>
internal static class ComparisonTables
{
    /// <summary>The columns of <see cref="Numbers"/> that hold a measured number.</summary>
    /// <param name="comparison">The comparison, whose metrics name them.</param>
    public static ImmutableArray<(string Name, Func<ComparedTarget, Measured?> Of)> Measures(Comparison comparison) =>
        [
            ($"P-T {Names(comparison)}", target => target.Pretrained),
            ($"RI-T {Names(comparison)}", target => target.Random),
            ("gain", target => target.Gain),
            ("P-T barrier", target => target.PretrainedBarrier),
            ("RI-T barrier", target => target.RandomBarrier),
            ("soup gain", target => target.SoupGain),
            ("ensemble gain", target => target.EnsembleGain),
        ];

    public static Table Numbers(Comparison comparison) =>
        new(
            "comparison",
            $"What the studies measured; {Metric.Plurals(comparison.Targets.Select(one => one.Target.Metric))}, gains and barriers are fractions",
            [
                "study",
                "target",
                "test images",
                .. Measures(comparison)
                    .SelectMany(measure =>
                        new[]
                        {
                            measure.Name,
                            $"{measure.Name}, low",
                            $"{measure.Name}, high",
                            $"{measure.Name}, count",
                        }
                    ),
                "earliest epoch",
                "last epoch",
            ],
            [
                .. comparison.Targets.Select(one =>
                    (ImmutableArray<object?>)
                        [
                            one.Study.Name,
                            one.Target.Target,
                            (long?)one.Target.TestImages,
                            .. Measures(comparison)
                                .SelectMany(measure =>
                                    measure.Of(one.Target) is { } measured
                                        ? new object?[]
                                        {
                                            measured.Value,
                                            measured.Low,
                                            measured.High,
                                            (long)measured.Count,
                                        }
                                        : new object?[4]
                                ),
                            (long?)one.Target.EarliestEpoch,
                            (long?)one.Target.LastEpoch,
                        ]
                ),
            ]
        );

    private static string Names(Comparison comparison) =>
        Metric.Names(comparison.Targets.Select(one => one.Target.Metric));

    public static Table Drops(Comparison comparison) =>
        new(
            "relative_drop",
            "Relative drop by block size, percent",
            ["study", "target", "block", "drop", "low", "high"],
            [
                .. from one in comparison.Targets
                from drop in one.Target.Drops
                select (ImmutableArray<object?>)
                    [one.Study.Name, one.Target.Target, drop.Block, drop.Drop.Value, drop.Drop.Low, drop.Drop.High],
            ]
        );

    public static Table Differences(Comparison comparison) =>
        new(
            "differences",
            "Settings that differ",
            ["setting", .. comparison.Studies.Select(study => study.Name)],
            [
                .. comparison.Differences.Select(difference =>
                    (ImmutableArray<object?>)[difference.Setting, .. difference.Values]
                ),
            ]
        );

    public static Table Answers(Comparison comparison) =>
        new(
            "answers",
            "Answers by question",
            ["question", "study", "target", "answer", "confidence", "what to do"],
            [
                .. from question in comparison.Answers
                from answer in question.Answers
                select (ImmutableArray<object?>)
                    [
                        question.Question,
                        answer.Study,
                        answer.Target,
                        answer.Finding.Sentence,
                        answer.Finding.Confidence.ToString().ToLowerInvariant(),
                        answer.Finding.Recommendation,
                    ],
            ]
        );
}
