using TransferLens.Studies.Inputs;

namespace TransferLens.Tests;

/// <summary>Damages what readers are given, and holds them to what hostile input may cost: one sentence, little time, little memory.</summary>
internal static class HostileInput
{
    /// <summary>Most time that reading one small input may take; a reader that takes longer hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly byte[] Edges = [0, 1, 0x7f, 0x80, 0xff, (byte)'\n', (byte)',', (byte)'"', (byte)' '];

    /// <summary>
    /// Mutated inputs that a suite tries in all: 2,000, or what <c>TRANSFERLENS_HOSTILE_INPUTS</c> says.
    /// </summary>
    public static int Number { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("TRANSFERLENS_HOSTILE_INPUTS"), out var number) ? number : 2000;

    /// <summary>One reader's part of <see cref="Number"/>.</summary>
    /// <param name="readers">How many readers share it.</param>
    public static int Share(int readers) => Math.Max(1, (Number + readers - 1) / readers);

    /// <summary>A damaged copy: bits, bytes, and runs removed, repeated, swapped for edges, or the end cut off.</summary>
    /// <param name="sound">At least one byte.</param>
    /// <param name="random">Which damage.</param>
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

    /// <summary>Reads one input: it comes to an end in time, well or with one sentence, and with nothing else.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="what">Which input it is, to make it again.</param>
    /// <returns>Whether it was refused.</returns>
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

    /// <summary>Notes what was tried, for whoever asked by <c>TRANSFERLENS_COUNTS</c>, the path of a file that is added to.</summary>
    /// <param name="what">What, in the plural.</param>
    /// <param name="count">How many.</param>
    public static void Note(string what, int count)
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_COUNTS") is { Length: > 0 } path)
        {
            File.AppendAllText(path, $"{what}\t{count}\n");
        }
    }
}
