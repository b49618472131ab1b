using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Runtime;

public class ParallelBatchesTests
{
    private static void With(int threads, Action work)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            work();
            Assert.Equal(threads, get_num_threads());
            // A thread that starts afterwards uses the same number.
            var after = 0;
            var other = new Thread(() => after = get_num_threads());
            other.Start();
            other.Join();
            Assert.Equal(threads, after);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 2)]
    [InlineData(2, 0)]
    public void Results_come_in_order_on_the_callers_thread(int threads, int pieces) => With(threads, () =>
        {
            var (caller, taken) = (Environment.CurrentManagedThreadId, new List<int>());
            using var second = new ManualResetEventSlim(threads == 1 || pieces == 1);
            ParallelBatches.Compute(
                pieces,
                int.MaxValue,
                piece =>
                {
                    // The first piece ends after the second, where they are computed at the same time.
                    if (piece == 0)
                    {
                        Assert.True(second.Wait(TimeSpan.FromMinutes(1)));
                    }
                    else
                    {
                        second.Set();
                    }

                    return piece;
                },
                piece =>
                {
                    Assert.Equal(caller, Environment.CurrentManagedThreadId);
                    taken.Add(piece);
                }
            );
            Assert.Equal(Enumerable.Range(0, pieces), taken);
        });

    [Fact]
    public void Each_piece_computes_with_its_share_of_the_threads_and_without_gradients() => With(4, () =>
        {
            var seen = new List<(int Threads, bool Gradients)>();
            ParallelBatches.Compute(9, 2, _ => (get_num_threads(), is_grad_enabled()), seen.Add);
            Assert.Equal(Enumerable.Repeat((2, false), 9), seen);
            Assert.True(is_grad_enabled());
        });

    [Fact]
    public void A_single_piece_at_a_time_computes_with_all_threads() => With(2, () =>
        {
            var seen = new List<(int Threads, int Thread, bool Gradients)>();
            ParallelBatches.Compute(
                3,
                1,
                _ => (get_num_threads(), Environment.CurrentManagedThreadId, is_grad_enabled()),
                seen.Add
            );
            Assert.Equal(Enumerable.Repeat((2, Environment.CurrentManagedThreadId, false), 3), seen);
        });

    [Fact]
    public void Pieces_are_computed_at_the_same_time() => With(2, () =>
        {
            using var meeting = new Barrier(2);
            ParallelBatches.Compute(2, 2, _ => meeting.SignalAndWait(TimeSpan.FromMinutes(1)), Assert.True);
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_exception_of_a_piece_reaches_the_caller_after_the_results_before_it(int threads) =>
        With(threads, () =>
        {
            var (started, taken) = (0, new List<int>());
            var thrown = Assert.Throws<InputException>(() =>
                ParallelBatches.Compute(
                    1000,
                    1000,
                    piece =>
                    {
                        Interlocked.Increment(ref started);
                        Thread.Sleep(1); // the caller must see the exception before all pieces are done
                        return piece == 3 ? throw new InputException("the fourth") : piece;
                    },
                    taken.Add
                )
            );
            Assert.Equal("the fourth", thrown.Message);
            Assert.Equal([0, 1, 2], taken);
            Assert.True(started < 1000, $"{started} pieces were started.");
        });

    [Fact]
    public void An_exception_of_the_receiver_ends_the_computation() => With(2, () =>
        {
            var started = 0;
            Assert.Throws<OperationCanceledException>(() =>
                ParallelBatches.Compute(
                    1000,
                    1000,
                    piece =>
                    {
                        Thread.Sleep(1); // the receiver must throw before all pieces are done
                        return Interlocked.Increment(ref started);
                    },
                    _ => throw new OperationCanceledException()
                )
            );
            Assert.True(started < 1000, $"{started} pieces were started.");
        });
}
