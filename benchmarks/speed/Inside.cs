using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Speed;

/// <summary>TransferLens as a library, in a process of its own; prints one JSON object.</summary>
internal static class Inside
{
    /// <summary>What the words after <c>inside</c> ask for.</summary>
    public static void Run(string[] words)
    {
        Threading.Use(2);
        Console.WriteLine(
            JsonSerializer.Serialize<object>(
                words[0] switch
                {
                    "peak" => Peak(),
                    "shuffle" => Shuffle(
                        int.Parse(words[1], CultureInfo.InvariantCulture),
                        int.Parse(words[2], CultureInfo.InvariantCulture)
                    ),
                    "decode" => Decode(words[1]),
                    "plain-barrier" => PlainWork.Barrier(words[1], words[2], words[3]),
                    "plain-training" => PlainWork.Training(words[1], words[2], words[3]),
                    _ => throw new InputException($"'{words[0]}' is not known."),
                }
            )
        );
    }

    // Operations a second of the best of many products of square matrices.
    private static Dictionary<string, double> Peak()
    {
        return new()
        {
            ["float32"] = Best(ScalarType.Float32),
            ["bfloat16"] = Machine.ComputesInBfloat16() ? Best(ScalarType.BFloat16) : 0,
        };

        static double Best(ScalarType type)
        {
            const int side = 2048;
            using var scope = NewDisposeScope();
            var (first, second) = (randn(side, side).to(type), randn(side, side).to(type));
            var (best, all) = (double.MaxValue, Stopwatch.StartNew());
            while (all.Elapsed.TotalSeconds < 4)
            {
                var watch = Stopwatch.StartNew();
                first.matmul(second).Dispose();
                best = Math.Min(best, watch.Elapsed.TotalSeconds);
            }

            return 2.0 * side * side * side / best;
        }
    }

    private static Dictionary<string, object> Shuffle(int block, int repeats)
    {
        using var scope = NewDisposeScope();
        var shuffle = BlockShuffle.ByBlocks(3, 224, 224, block, 1234, exact: true);
        var batch = arange(128 * 3 * 224 * 224, ScalarType.Int64)
            .remainder_(65521)
            .to(ScalarType.Float32)
            .view(128, 3, 224, 224);
        var seconds = new List<double>();
        Tensor? shuffled = null;
        for (var i = 0; i < repeats + 1; i++)
        {
            shuffled?.Dispose();
            var watch = Stopwatch.StartNew();
            shuffled = shuffle.Apply(batch);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        return new()
        {
            ["seconds"] = Row.Median(seconds[1..]),
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(shuffled!.bytes)),
        };
    }

    // The first pass, as a task of a study makes it, digest and file on the disk included; then two epochs over what it left, with normalized batches, of which the second is timed.
    private static Dictionary<string, double> Decode(string folder)
    {
        using var images = ImageCache.OpenOrBuild(
            ImageFormats.Open(new("image_folder", folder, ImmutableSortedDictionary<string, string>.Empty)),
            new(224, 256, Normalization.ImageNet),
            skipBadImages: false,
            progress: null,
            CancellationToken.None
        );
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        Epoch(); // the first
        var watch = Stopwatch.StartNew();
        Epoch();
        return new() { ["at"] = at, ["second"] = watch.Elapsed.TotalSeconds };

        void Epoch()
        {
            foreach (var batch in images.Batches(128, Normalization.ImageNet))
            {
                batch.Dispose();
            }
        }
    }
}
