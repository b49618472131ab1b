using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>The tables of a comparison; numbers have all their digits.</summary>
internal static class ComparisonTables
{
    private static readonly string[] Parts = ["", ", low", ", high", ", count"];

    /// <summary>All tables.</summary>
    public static ImmutableArray<Table> Create(Comparison comparison) =>
        [Numbers(comparison), Drops(comparison), Differences(comparison), Answers(comparison)];

    /// <summary>The measured numbers of a target, as columns of tables.</summary>
    /// <param name="comparison">The comparison, whose metrics name the columns.</param>
    public static ImmutableArray<(string Name, Func<ComparedTarget, Measured?> Select)> Measures(Comparison comparison)
    {
        var metrics = Metric.Names(comparison.Targets.Select(one => one.Target.Metric));
        return
        [
            ($"P-T {metrics}", target => target.Pretrained),
            ($"RI-T {metrics}", target => target.Random),
            ("gain", target => target.Gain),
            ("P-T barrier", target => target.PretrainedBarrier),
            ("RI-T barrier", target => target.RandomBarrier),
            ("soup gain", target => target.SoupGain),
            ("ensemble gain", target => target.EnsembleGain),
        ];
    }

    /// <summary>The settings that differ.</summary>
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

    private static Table Numbers(Comparison comparison)
    {
        var measures = Measures(comparison);
        var scores = Metric.Plurals(comparison.Targets.Select(one => one.Target.Metric));
        var columns = measures.SelectMany(measure => Parts.Select(part => $"{measure.Name}{part}"));
        return new(
            "comparison",
            $"Measurements of the studies; {scores}, gains and barriers are fractions",
            ["study", "target", "test images", .. columns, "earliest epoch", "last epoch"],
            [.. comparison.Targets.Select(one => Row(one.Study, one.Target))]
        );

        ImmutableArray<object?> Row(ComparedStudy study, ComparedTarget target) =>
            [
                study.Name,
                target.Target,
                (long?)target.TestImages,
                .. measures.SelectMany(measure => Cells(measure.Select(target))),
                (long?)target.EarliestEpoch,
                (long?)target.LastEpoch,
            ];
    }

    private static object?[] Cells(Measured? measured) =>
        measured is null
            ? [null, null, null, null]
            : [measured.Value, measured.Low, measured.High, (long)measured.Count];

    private static Table Drops(Comparison comparison)
    {
        var rows =
            from one in comparison.Targets
            from drop in one.Target.Drops
            select (ImmutableArray<object?>)
                [one.Study.Name, one.Target.Target, drop.Block, drop.Drop.Value, drop.Drop.Low, drop.Drop.High];
        return new(
            "relative_drop",
            "Relative drop by block size, percent",
            ["study", "target", "block", "drop", "low", "high"],
            [.. rows]
        );
    }

    private static Table Answers(Comparison comparison)
    {
        var rows =
            from question in comparison.Answers
            from answer in question.Answers
            select Row(question.Question, answer);
        return new(
            "answers",
            "Answers by question",
            ["question", "study", "target", "answer", "confidence", "what to do"],
            [.. rows]
        );

        static ImmutableArray<object?> Row(string question, StudyAnswer answer) =>
            [
                question,
                answer.Study,
                answer.Target,
                answer.Finding.Sentence,
                answer.Finding.Confidence.ToString().ToLowerInvariant(),
                answer.Finding.Recommendation,
            ];
    }
}
