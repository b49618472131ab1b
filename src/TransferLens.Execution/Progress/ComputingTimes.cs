using System.Globalization;
using TransferLens.Execution.Artifacts;

namespace TransferLens.Execution.Progress;

/// <summary>When the tasks of a store were computed, from their provenance. Each artifact is read once.</summary>
/// <param name="store">The store.</param>
internal sealed class ComputingTimes(ArtifactStore store)
{
    private static readonly (DateTimeOffset, DateTimeOffset) Unknown = (
        DateTimeOffset.MinValue,
        DateTimeOffset.MinValue
    );

    private readonly Dictionary<string, (DateTimeOffset Started, DateTimeOffset Ended)> known = new(
        StringComparer.Ordinal
    );

    /// <summary>
    /// Start and end of the computation of an artifact. When they are unknown both are long ago, so that the task
    /// counts as older than the run.
    /// </summary>
    public (DateTimeOffset Started, DateTimeOffset Ended) Read(string key)
    {
        if (!known.TryGetValue(key, out var times))
        {
            known.Add(key, times = ReadProvenance(key));
        }

        return times;
    }

    private (DateTimeOffset Started, DateTimeOffset Ended) ReadProvenance(string key)
    {
        try
        {
            var provenance = store.Manifest(key)["provenance"]!;
            var started = DateTimeOffset.Parse((string)provenance["started"]!, CultureInfo.InvariantCulture);
            return (started, started.AddSeconds((double)provenance["seconds"]!));
        }
        catch (Exception failure)
            when (failure
                    is DamagedArtifactException
                        or NullReferenceException
                        or FormatException
                        or InvalidOperationException
                        or ArgumentNullException
            )
        {
            return Unknown;
        }
    }
}
