namespace TransferLens.Execution.Slurm;

/// <summary>Slurm did not answer. It may answer later.</summary>
/// <param name="message">What its program printed.</param>
internal sealed class SlurmUnavailableException(string message) : Exception(message)
{
    /// <summary>Whether Slurm could not be asked at all, because this machine does not know the cluster.</summary>
    public bool IsNotConfigured { get; init; }
}

/// <summary>Slurm refused a request.</summary>
/// <param name="message">What its program printed.</param>
internal sealed class SlurmRefusedException(string message) : Exception(message);
