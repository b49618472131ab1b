using TransferLens.Studies.Inputs;

namespace TransferLens.Tests;

/// <summary>
/// Damages the input of readers, and checks that a reader takes little time and fails, if at all, with a short message.
/// </summary>
internal static class HostileInput
{
    /// <summary>The longest time that reading one small input may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly byte[] Edges = [0, 1, 0x7f, 0x80, 0xff, (byte)'\n', (byte)',', (byte)'"', (byte)' '];

    /// <summary>Number of mutated inputs of a test suite: <c>TRANSFERLENS_HOSTILE_INPUTS</c>, or 2,000.</summary>
    public static int Number { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRANSFERLENS_HOSTILE_INPUTS"), out var number) ? number : 2000;

    /// <summary>One reader's share of <see cref="Number"/>.</summary>
    /// <param name="readers">Number of readers.</param>
    public static int Share(int readers) => Math.Max(1, (Number + readers - 1) / readers);

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
    /// Reads one input and checks that the reader ends in time, and fails only with a readable message.
    /// </summary>
    /// <param name="read">The reader.</param>
    /// <param name="what">Identifies the input, so that it can be created again.</param>
    /// <returns>Whether the reader refused the input.</returns>
    public static bool IsRefused(Action read, string what)
    {
        InputException? refused = null;
        Exception? crash = null;
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

        return refused is not null;
    }

    /// <summary>Appends a count of what was tried to the file <c>TRANSFERLENS_COUNTS</c>, if that is set.</summary>
    /// <param name="what">What was tried, in the plural.</param>
    /// <param name="count">The count.</param>
    public static void Note(string what, int count)
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_COUNTS") is { Length: > 0 } path)
        {
            File.AppendAllText(path, $"{what}\t{count}\n");
        }
    }
}
