using System.Diagnostics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Scaling;

/// <summary>
/// Memory of passes over a cache of many images of 32 x 32. The file is sparse: its images are black, take 3 KB each
/// when they are read, and nothing on the disk.
/// </summary>
internal static class ManyImages
{
    private const int Size = 32,
        Classes = 10;

    /// <summary>
    /// Creates the cache and passes over it. Prints the private memory of the process after each step.
    /// </summary>
    public static void Measure(string folder, int count)
    {
        Make(Directory.CreateDirectory(folder).FullName, count);
        set_num_threads(2);
        using (var warm = Networks.Create("cifar_resnet8", Classes, seed: 1))
        using (var some = zeros(256, 3, Size, Size))
        using (no_grad())
        {
            warm.forward(some).Dispose();
        }

        var before = Memory.Private();
        Memory.Print("before", count, before);
        using var images = Timed("open the cache", () => ImageCache.Open(folder));
        Memory.Print("after opening the cache", count, before);
        Timed("read every batch", () => images.Batches(256, Normalization.None).Sum(Dispose));
        Memory.Print("after a pass in order", count, before);
        using var network = Networks.Create("cifar_resnet8", Classes, seed: 1);
        var measured = Timed("evaluate cifar_resnet8", () =>
            Evaluator.Evaluate(network, images, new(Normalization.None, 256, Precision.Float32))
        );
        Memory.Print("after the evaluation, with its logits", count, before);
        GC.KeepAlive(measured);
    }

    private static void Make(string folder, int count)
    {
        using (var file = File.Create(Path.Combine(folder, "images.bin")))
        {
            file.SetLength((long)count * 3 * Size * Size);
        }

        using var index = new StreamWriter(Path.Combine(folder, "index.json"));
        var classes = string.Join(',', Enumerable.Range(0, Classes).Select(i => $"\"class{i}\""));
        index.Write($$"""{"Version":1,"Size":{{Size}},"Classes":[{{classes}}],"Labels":[""");
        Each(i => index.Write(i % Classes));
        index.Write("],\"Names\":[");
        Each(i => index.Write($"\"class{i % Classes}/image{i:D7}.png\""));
        index.Write("],\"Skipped\":0}");

        void Each(Action<int> write)
        {
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                {
                    index.Write(',');
                }

                write(i);
            }
        }
    }

    private static long Dispose(ImageBatch batch)
    {
        using (batch)
        {
            return batch.Indices.Length;
        }
    }

    private static T Timed<T>(string what, Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        var result = work();
        Console.WriteLine($"{watch.Elapsed.TotalSeconds,8:N2} s  {what}");
        return result;
    }
}
