namespace TransferLens.Execution.Artifacts;

/// <summary>An artifact in the store is not what was written. It can be discarded and computed again.</summary>
public sealed class DamagedArtifactException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="key">The artifact's key.</param>
    /// <param name="why">What is wrong with it, to follow "is damaged:".</param>
    /// <param name="cause">What led to it, or null.</param>
    public DamagedArtifactException(string key, string why, Exception? cause = null)
        : base($"The artifact {key} in the store is damaged: {why}; run the study again to compute it anew.", cause) =>
        Key = key;

    /// <summary>The artifact's key.</summary>
    public string Key { get; }
}
