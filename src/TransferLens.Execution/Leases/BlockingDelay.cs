namespace TransferLens.Execution.Leases;

/// <summary>Waiting by a clock that tests can replace.</summary>
internal static class BlockingDelay
{
    /// <summary>Blocks the calling thread for a time span.</summary>
    public static void Sleep(this TimeProvider time, TimeSpan span) => Task.Delay(span, time).Wait();
}
