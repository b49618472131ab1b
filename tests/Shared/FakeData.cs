using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Tests;

/// <summary>Data sets that do not exist, identified by the last part of their path.</summary>
internal sealed class FakeData : IPlannedData
{
    /// <summary>Classes of data sets, by the last part of their path; cat and dog for all others.</summary>
    public Dictionary<string, ImmutableArray<string>> Classes { get; } = [];

    /// <summary>Data sets with multi-label images, by the last part of their path.</summary>
    public HashSet<string> Many { get; } = [];

    /// <summary>The start of every digest.</summary>
    public string Content { get; init; } = "";

    public ImagesDescription Describe(DataSource source)
    {
        var name = Path.GetFileName(source.Location);
        return new(
            $"{Content} digest of {name} {source.Limit}",
            Classes.GetValueOrDefault(name, ["cat", "dog"]),
            source.Limit ?? 100,
            Many.Contains(name)
        );
    }

    public WeightsDescription DescribeWeights(string path, string? key, string network) =>
        new($"{Content} digest of {Path.GetFileName(path)}");
}
