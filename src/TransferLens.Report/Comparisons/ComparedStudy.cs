using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>A number of one study with its range.</summary>
/// <param name="Value">The number; a mean if it was measured several times.</param>
/// <param name="Low">Lower end of the range, or null if it is unknown.</param>
/// <param name="High">Upper end of the range, or null.</param>
/// <param name="Count">The number of runs or pairs it was measured on.</param>
public sealed record Measured(double Value, double? Low, double? High, int Count)
{
    /// <summary>Mean and range of several values; no range for one value, and null for none.</summary>
    public static Measured? FromValues(IEnumerable<double> values)
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

/// <summary>The relative drop without pretraining at one block size.</summary>
/// <param name="Block">Block size in pixels, or <c>channels</c>.</param>
/// <param name="Drop">100 (A_PT - A_RIT) / A_PT, in percent.</param>
public sealed record ComparedBlock(string Block, Measured Drop);

/// <summary>
/// The numbers of one study on one target that can be compared with those of another. They are fractions unless stated
/// otherwise, and null where the study did not measure them.
/// </summary>
/// <param name="Target">The target's name in the study.</param>
public sealed record ComparedTarget(string Target)
{
    /// <summary>The metric of its scores.</summary>
    [JsonIgnore]
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>The metric's key; null for accuracy.</summary>
    [JsonPropertyName("metric")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OtherMetric => Metric == DeclaredMetrics.Accuracy ? null : Metric.Key;

    /// <summary>Number of test images, or null.</summary>
    public int? TestImages { get; init; }

    /// <summary>SHA-256 of the files of the test images; null if it was not recorded.</summary>
    public string? TestDigest { get; init; }

    /// <summary>
    /// Final test score of P-T at its best learning rate: mean and range over seeds, or, for a single run, its score
    /// and the 95 % interval over test images.
    /// </summary>
    public Measured? Pretrained { get; init; }

    /// <summary>The same for RI-T.</summary>
    public Measured? Random { get; init; }

    /// <summary>P-T minus RI-T; the range covers all combinations of the two ranges.</summary>
    public Measured? Gain =>
        Pretrained is { } first && Random is { } second
            ? new(
                first.Value - second.Value,
                first.Low - second.High,
                first.High - second.Low,
                Math.Min(first.Count, second.Count)
            )
            : null;

    /// <summary>
    /// Barrier in the score between two P-T runs, recalibrated if measured: mean and range over pairs.
    /// </summary>
    public Measured? PretrainedBarrier { get; init; }

    /// <summary>The same between two RI-T runs.</summary>
    public Measured? RandomBarrier { get; init; }

    /// <summary>Score of the ensemble of two P-T runs minus the score of the better one.</summary>
    public Measured? EnsembleGain { get; init; }

    /// <summary>Score of the averaged weights of P-T runs minus the mean score of the runs.</summary>
    public Measured? SoupGain { get; init; }

    /// <summary>
    /// Epoch of the earliest pretraining checkpoint that is no worse than the last; null if none were compared.
    /// </summary>
    public int? EarliestEpoch { get; init; }

    /// <summary>Epoch of the last pretraining checkpoint that was compared.</summary>
    public int? LastEpoch { get; init; }

    /// <summary>Relative drop by block size, ascending.</summary>
    public ImmutableArray<ComparedBlock> Drops { get; init; } = [];
}

/// <summary>A finished study as recorded in its <c>results.json</c>.</summary>
/// <param name="Name">Its name, unique in the comparison.</param>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Settings">Names and values of all recorded settings, in order.</param>
/// <param name="Targets">Its targets.</param>
/// <param name="Findings">Its findings.</param>
public sealed record ComparedStudy(
    string Name,
    string Digest,
    ImmutableArray<KeyValuePair<string, string>> Settings,
    ImmutableArray<ComparedTarget> Targets,
    ImmutableArray<Finding> Findings
);
