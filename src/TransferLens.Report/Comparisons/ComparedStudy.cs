using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>A number of one study with the range that it may lie in.</summary>
/// <param name="Value">The number, a mean where it was measured more than once.</param>
/// <param name="Low">Lower end, or null when nothing is known of the range.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="Count">How many trainings or pairs it was measured on.</param>
public sealed record Measured(double Value, double? Low, double? High, int Count)
{
    /// <summary>Mean and range of several; null when there is none, and without a range when there is one.</summary>
    public static Measured? Of(IEnumerable<double> values)
    {
        var all = values.ToList();
        return all.Count switch
        {
            0 => null,
            1 => new(all[0], null, null, 1),
            _ => new(all.Average(), all.Min(), all.Max(), all.Count),
        };
    }
}

/// <summary>How much worse training from random weights is at one block size.</summary>
/// <param name="Block">Block size in pixels, or <c>channels</c>.</param>
/// <param name="Drop">100 (A_PT - A_RIT) / A_PT, percent.</param>
public sealed record ComparedBlock(string Block, Measured Drop);

/// <summary>The numbers of one study on one target that can stand beside those of another. Fractions unless said; null where the study did not measure.</summary>
/// <param name="Target">The target as the study names it.</param>
public sealed record ComparedTarget(string Target)
{
    /// <summary>By what its trainings are judged.</summary>
    [JsonIgnore]
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>The metric's key, where it is not accuracy; else null.</summary>
    [JsonPropertyName("metric")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OtherMetric => Metric == DeclaredMetrics.Accuracy ? null : Metric.ScoreKey;

    /// <summary>Number of test images, or null.</summary>
    public int? TestImages { get; init; }

    /// <summary>SHA-256 of the test images as they lie on disk; null when it was not recorded.</summary>
    public string? TestDigest { get; init; }

    /// <summary>Final test score of P-T at its best learning rate: mean and range over seeds, or the 95 % interval over test images of a single training.</summary>
    public Measured? Pretrained { get; init; }

    /// <summary>The same of RI-T.</summary>
    public Measured? Random { get; init; }

    /// <summary>Their difference, over every combination of what each may be.</summary>
    public Measured? Gain =>
        Pretrained is { } first && Random is { } second
            ? new(
                first.Value - second.Value,
                first.Low - second.High,
                first.High - second.Low,
                Math.Min(first.Count, second.Count)
            )
            : null;

    /// <summary>Barrier in the score between two P-T, recalibrated where the study has that, mean and range over pairs.</summary>
    public Measured? PretrainedBarrier { get; init; }

    /// <summary>The same between two RI-T.</summary>
    public Measured? RandomBarrier { get; init; }

    /// <summary>Score of two P-T together minus that of the better one.</summary>
    public Measured? EnsembleGain { get; init; }

    /// <summary>Score of the averaged weights of P-T minus the mean of its members'.</summary>
    public Measured? SoupGain { get; init; }

    /// <summary>The earliest checkpoint of the pretraining that is no worse than the last, epochs; null when none was compared.</summary>
    public int? EarliestEpoch { get; init; }

    /// <summary>The last checkpoint that was compared, epochs.</summary>
    public int? LastEpoch { get; init; }

    /// <summary>Relative drop by block size, from the smallest block to whole images.</summary>
    public ImmutableArray<ComparedBlock> Drops { get; init; } = [];
}

/// <summary>A finished study as its <c>results.json</c> tells it.</summary>
/// <param name="Name">Its name, made different from those of the others.</param>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Settings">Name and value of every setting that the file records, in order.</param>
/// <param name="Targets">Its targets.</param>
/// <param name="Findings">Its findings.</param>
public sealed record ComparedStudy(
    string Name,
    string Digest,
    ImmutableArray<KeyValuePair<string, string>> Settings,
    ImmutableArray<ComparedTarget> Targets,
    ImmutableArray<Finding> Findings
);
