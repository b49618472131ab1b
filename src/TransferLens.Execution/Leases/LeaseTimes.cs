namespace TransferLens.Execution.Leases;

/// <summary>The times of a lease.</summary>
/// <param name="Heartbeat">How often an owner shows that it is alive.</param>
/// <param name="StaleAfter">How long an owner on another machine may be silent before it is presumed dead.</param>
/// <param name="Poll">How often a waiting process looks at the lease.</param>
internal sealed record LeaseTimes(TimeSpan Heartbeat, TimeSpan StaleAfter, TimeSpan Poll)
{
    /// <summary>
    /// A heartbeat every 15 seconds, stale after 2 minutes: twice as long as a network file system may delay a change.
    /// </summary>
    public static LeaseTimes Default { get; } =
        new(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(200));
}
