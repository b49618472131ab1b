using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Tests;

/// <summary>Data that have classes and counts and lie nowhere; told apart by the last part of their path.</summary>
internal sealed class FakeData : IPlannedData
{
    /// <summary>Classes of the images, by the last part of their path; cats and dogs for others.</summary>
    public Dictionary<string, ImmutableArray<string>> Classes { get; } = [];

    /// <summary>Whose images may show several classes, by the last part of their path.</summary>
    public HashSet<string> Many { get; } = [];

    /// <summary>What is put before every digest.</summary>
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

    public string WeightsDigest(string path, string network) => $"{Content} digest of {Path.GetFileName(path)}";
}
