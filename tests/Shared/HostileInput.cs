using System.Diagnostics;
using TransferLens.Studies.Inputs;

namespace TransferLens.Tests;

/// <summary>
/// Damages the input of readers, and checks that a reader takes little time and fails, if at all, with a short message.
/// </summary>
internal static class HostileInput
{
    /// <summary>The longest time that reading one small input may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Most managed memory that reading one small input may allocate: an image may have 178,956,970 pixels.
    /// </summary>
    public const long MostMemory = 800_000_000;

    private static readonly byte[] Edges = [0, 1, 0x7f, 0x80, 0xff, (byte)'\n', (byte)',', (byte)'"', (byte)' '];

    /// <summary>Number of damaged inputs of each reader: <c>TRANSFERLENS_HOSTILE_INPUTS</c>, or 150.</summary>
    public static int Each { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRANSFERLENS_HOSTILE_INPUTS"), out var number) ? number : 150;

    /// <summary>
    /// A damaged copy: some bits flipped, bytes replaced, ranges removed or repeated, or the start or end cut off.
    /// </summary>
    /// <param name="sound">The input, of at least one byte.</param>
    /// <param name="random">Chooses the damage.</param>
    public static byte[] Mutated(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            var run = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, run == bytes.Count ? run - 1 : run);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - run + 1), run));
                    break;
                case 4 when random.Next(4) == 0:
                    bytes.RemoveRange(at, at == 0 ? bytes.Count - 1 : bytes.Count - at);
                    break;
                default:
                    bytes[at] = Edges[random.Next(Edges.Length)];
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>
    /// Reads <see cref="Each"/> damaged inputs and checks every one as <see cref="IsRefused"/> does; counts them.
    /// </summary>
    /// <param name="reader">Names the reader.</param>
    /// <param name="seed">Seeds the damage.</param>
    /// <param name="damage">Makes an input: bytes or text.</param>
    /// <param name="read">Stores an input, and returns what reads it.</param>
    /// <param name="least">Least fraction that is refused; if fewer were, the test would say little.</param>
    public static void Check<T>(
        string reader,
        int seed,
        Func<Random, T> damage,
        Func<T, Action> read,
        double least = 0.05
    )
    {
        var (random, refused, slowest, most) = (new Random(seed), 0, TimeSpan.Zero, 0L);
        for (var i = 0; i < Each; i++)
        {
            var input = damage(random);
            var shown = input is byte[] bytes ? Convert.ToBase64String(bytes) : $"{input}";
            var (isRefused, time, memory) = Reading(read(input), $"{reader} {i}: {shown}");
            Assert.True(memory <= MostMemory, $"{reader} {i} took {memory} bytes of memory: {shown}");
            (slowest, most) = (time > slowest ? time : slowest, Math.Max(most, memory));
            refused += isRefused ? 1 : 0;
        }

        Assert.InRange(refused, (int)(Each * least), Each);
        Note("hostile inputs tried", Each);
        Note("of them refused in one sentence", refused);
        Append($"reader\t{reader}\t{Each}\t{refused}\t{slowest.TotalMilliseconds:0}\t{most >> 20}");
    }

    /// <summary>
    /// Reads one input and checks that the reader ends in time, and fails only with a readable message.
    /// </summary>
    /// <param name="read">The reader.</param>
    /// <param name="what">Identifies the input, so that it can be created again.</param>
    /// <returns>Whether the reader refused the input.</returns>
    public static bool IsRefused(Action read, string what) => Reading(read, what).IsRefused;

    private static (bool IsRefused, TimeSpan Time, long Memory) Reading(Action read, string what)
    {
        InputException? refused = null;
        Exception? crash = null;
        var (watch, memory) = (Stopwatch.StartNew(), 0L);
        var reading = new Thread(() =>
        {
            try
            {
                read();
            }
            catch (InputException e)
            {
                refused = e;
            }
            catch (Exception e)
            {
                crash = e;
            }

            memory = GC.GetAllocatedBytesForCurrentThread();
        });
        reading.Start();
        Assert.True(reading.Join(Patience), $"{what}: its reader did not end within {Patience}");
        Assert.True(crash is null, $"{what}: {crash}");
        if (refused is not null)
        {
            Assert.True(
                refused.Message.All(c => !char.IsControl(c)) && refused.Message[^1] is '.' or '?' or '!',
                $"{what}: {refused.Message}"
            );
        }

        return (refused is not null, watch.Elapsed, memory);
    }

    /// <summary>Appends a count of what was tried to the file <c>TRANSFERLENS_COUNTS</c>, if that is set.</summary>
    /// <param name="what">What was tried, in the plural.</param>
    /// <param name="count">The count.</param>
    public static void Note(string what, int count) => Append($"{what}\t{count}");

    private static void Append(string line)
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_COUNTS") is { Length: > 0 } path)
        {
            File.AppendAllText(path, line + "\n");
        }
    }
}
