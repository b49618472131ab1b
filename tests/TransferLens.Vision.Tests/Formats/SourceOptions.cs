using System.Collections.Immutable;

namespace TransferLens.Vision.Tests.Formats;

/// <summary>Options of data sources.</summary>
internal static class SourceOptions
{
    public static ImmutableSortedDictionary<string, string> None => ImmutableSortedDictionary<string, string>.Empty;

    public static ImmutableSortedDictionary<string, string> Train => None.Add("split", "train");
}
