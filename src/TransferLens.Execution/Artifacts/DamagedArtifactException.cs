namespace TransferLens.Execution.Artifacts;

/// <summary>An artifact in the store is damaged. It can be discarded and computed again.</summary>
public sealed class DamagedArtifactException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The artifact's key.</param>
    /// <param name="why">What is wrong with it, to follow "is damaged:".</param>
    /// <param name="cause">The exception that revealed the damage, or null.</param>
    public DamagedArtifactException(string key, string why, Exception? cause = null)
        : base($"The artifact {key} in the store is damaged: {why}. Run the study again to replace it.", cause) =>
        Key = key;

    /// <summary>The artifact's key.</summary>
    public string Key { get; }
}
