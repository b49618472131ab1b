using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// Pieces of work that do not depend on each other, one to a thread: threads that share every operation wait for one another at
/// the end of each.
/// </summary>
public static class ParallelBatches
{
    /// <summary>
    /// Computes pieces without gradients, as many at a time as this process has threads; where fewer may be computed at a time, the
    /// threads share each one's operations. Backward passes must not run here: two that meet may crash oneDNN.
    /// </summary>
    /// <param name="pieces">Number of pieces.</param>
    /// <param name="most">So many at a time, however many threads there are: what the memory holds; at least 1.</param>
    /// <param name="compute">Computes one; is called on several threads, or on the caller's where one is computed at a time.</param>
    /// <param name="take">Takes the results on the caller's thread, in the order of the pieces.</param>
    /// <typeparam name="T">A result.</typeparam>
    public static void Compute<T>(int pieces, int most, Func<int, T> compute, Action<T> take)
    {
        var threads = get_num_threads();
        var lanes = Math.Min(threads, Math.Min(pieces, most));
        if (lanes <= 1)
        {
            using var frozen = no_grad();
            for (var piece = 0; piece < pieces; piece++)
            {
                take(compute(piece));
            }

            return;
        }

        var results = Enumerable.Range(0, pieces).Select(_ => new TaskCompletionSource<T>()).ToArray();
        var (begun, started) = (0, new List<Thread>());
        try
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                var share = (threads / lanes) + (lane < threads % lanes ? 1 : 0);
                var thread = new Thread(() => Work(share)) { IsBackground = true, Name = $"side by side {lane}" };
                thread.Start();
                started.Add(thread);
            }

            for (var piece = 0; piece < pieces; piece++)
            {
                var result = results[piece].Task.GetAwaiter().GetResult();
                results[piece] = null!; // the result is the taker's alone
                take(result);
            }
        }
        finally
        {
            Volatile.Write(ref begun, pieces);
            started.ForEach(thread => thread.Join());
            // A new thread takes the number that was set last.
            set_num_threads(threads);
        }

        void Work(int share)
        {
            for (
                var piece = Interlocked.Increment(ref begun) - 1;
                piece < pieces;
                piece = Interlocked.Increment(ref begun) - 1
            )
            {
                var own = results[piece];
                try
                {
                    set_num_threads(share);
                    using var frozen = no_grad();
                    own.SetResult(compute(piece));
                }
#pragma warning disable CA1031 // Whatever it is, the caller gets it.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    own.SetException(error);
                    return;
                }
            }
        }
    }
}
