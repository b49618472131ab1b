using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// Computes independent pieces of work, one per thread. Sharing each operation among all threads is slower, since they
/// wait for each other at the end of every operation.
/// </summary>
internal static class ParallelBatches
{
    // The number of threads belongs to the process: computations on several threads take turns.
    private static readonly Lock Turn = new();

    [ThreadStatic]
    private static bool isLane;

    /// <summary>
    /// Computes pieces without gradients, as many at a time as this process has threads. Where fewer may be computed at
    /// a time, threads share the operations of a piece: the same number for each piece, so that it does not matter
    /// which computes it. Backward passes must not run here: they take turns (<c>BackwardPass</c>).
    /// </summary>
    /// <param name="pieces">Number of pieces.</param>
    /// <param name="maximumAtOnce">Most pieces at a time, as memory allows; at least 1.</param>
    /// <param name="compute">
    /// Computes one piece; called on several threads, or on the caller's where one is computed at a time.
    /// </param>
    /// <param name="take">Receives the results on the caller's thread, in the order of the pieces.</param>
    /// <typeparam name="T">Type of a result.</typeparam>
    public static void Compute<T>(int pieces, int maximumAtOnce, Func<int, T> compute, Action<T> take)
    {
        if (isLane || Math.Min(pieces, maximumAtOnce) <= 1)
        {
            ComputeInTurn(pieces, compute, take);
            return;
        }

        lock (Turn)
        {
            var threads = get_num_threads();
            var wanted = Math.Min(threads, pieces);
            var lanes = wanted <= maximumAtOnce ? wanted : Lanes(threads, maximumAtOnce);
            if (lanes <= 1)
            {
                ComputeInTurn(pieces, compute, take);
            }
            else
            {
                ComputeInLanes(pieces, lanes, threads, compute, take);
            }
        }
    }

    // As many as leave fewest threads without work.
    private static int Lanes(int threads, int most) =>
        Enumerable.Range(1, most).Reverse().MaxBy(lanes => lanes * (threads / lanes));

    private static void ComputeInTurn<T>(int pieces, Func<int, T> compute, Action<T> take)
    {
        using var frozen = no_grad();
        for (var piece = 0; piece < pieces; piece++)
        {
            take(compute(piece));
        }
    }

    private static void ComputeInLanes<T>(int pieces, int lanes, int threads, Func<int, T> compute, Action<T> take)
    {
        var share = threads / lanes;
        var results = Enumerable.Range(0, pieces).Select(_ => new TaskCompletionSource<T>()).ToArray();
        var (begun, started) = (0, new List<Thread>());
        try
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                var thread = new Thread(Work) { IsBackground = true, Name = $"parallel batch {lane}" };
                thread.Start();
                started.Add(thread);
            }

            for (var piece = 0; piece < pieces; piece++)
            {
                var result = results[piece].Task.GetAwaiter().GetResult();
                results[piece] = null!; // so that only the receiver refers to the result
                take(result);
            }
        }
        finally
        {
            Volatile.Write(ref begun, pieces);
            started.ForEach(thread => thread.Join());
            // A new thread uses the number that was set last.
            set_num_threads(threads);
        }

        void Work()
        {
            isLane = true;
            try
            {
                ComputePieces();
            }
            finally
            {
                SignalStack.Restore();
            }
        }

        void ComputePieces()
        {
            for (
                var piece = Interlocked.Increment(ref begun) - 1;
                piece < pieces;
                piece = Interlocked.Increment(ref begun) - 1
            )
            {
                var result = results[piece];
                try
                {
                    set_num_threads(share);
                    using var frozen = no_grad();
                    result.SetResult(compute(piece));
                }
#pragma warning disable CA1031 // The caller receives it.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    result.SetException(error);
                    return;
                }
            }
        }
    }
}
