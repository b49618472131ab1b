using TorchSharp;
using static TorchSharp.torch;

namespace TransferLens.Runtime;

/// <summary>
/// Pieces of work that do not depend on each other, one to a thread: threads that share every operation wait for one another at
/// the end of each.
/// </summary>
public static class SideBySide
{
    /// <summary>
    /// Computes pieces without gradients, as many at a time as this process has threads; the threads share operations only where
    /// there are more of them than pieces that may be computed at a time, or on a GPU. Backward passes must not run here: two that
    /// meet may crash oneDNN.
    /// </summary>
    /// <param name="pieces">Number of pieces.</param>
    /// <param name="most">So many at a time, however many threads there are: what the memory holds; at least 1.</param>
    /// <param name="compute">Computes one; is called on several threads.</param>
    /// <param name="take">Takes the results on the caller's thread, in the order of the pieces.</param>
    /// <typeparam name="T">A result.</typeparam>
    public static void Compute<T>(int pieces, int most, Func<int, T> compute, Action<T> take)
    {
        var threads = get_num_threads();
        var lanes = ComputeDevice.Current.type == DeviceType.CPU ? Math.Min(threads, Math.Min(pieces, most)) : 1;
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
        var begun = 0;
        var workers = Enumerable.Range(0, lanes).Select(lane => new Thread(Work) { IsBackground = true, Name = $"side by side {lane}" }).ToList();
        workers.ForEach(worker => worker.Start());
        try
        {
            foreach (var result in results)
            {
                take(result.Task.GetAwaiter().GetResult());
            }
        }
        finally
        {
            Volatile.Write(ref begun, pieces);
            workers.ForEach(worker => worker.Join());
            // A new thread takes the number that was set last.
            set_num_threads(threads);
        }

        void Work()
        {
            set_num_threads(threads / lanes);
            using var frozen = no_grad();
            for (var piece = Interlocked.Increment(ref begun) - 1; piece < pieces; piece = Interlocked.Increment(ref begun) - 1)
            {
                try
                {
                    results[piece].SetResult(compute(piece));
                }
#pragma warning disable CA1031 // Whatever it is, the caller gets it.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    results[piece].SetException(error);
                    return;
                }
            }
        }
    }
}
