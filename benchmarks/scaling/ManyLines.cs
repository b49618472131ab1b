using System.Diagnostics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Formats;

namespace TransferLens.Scaling;

/// <summary>
/// Memory and time of a long CSV list of images and its digest. Its lines name a hundred small files.
/// </summary>
internal static class ManyLines
{
    private const int Files = 100;

    /// <summary>
    /// Writes the list, then twice reads it and computes its digest: without and with a cache of digests.
    /// </summary>
    public static void Measure(string folder, int lines)
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(folder, "cache"));
        var file = Make(Directory.CreateDirectory(folder).FullName, lines);
        Console.WriteLine($"  a list of {new FileInfo(file).Length / 1e6:N0} MB");
        var before = Memory.Private();
        var source = new DataSource(
            "csv",
            file,
            System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty
        );
        for (var i = 0; i < 2; i++)
        {
            var watch = Stopwatch.StartNew();
            var opened = ImageFormats.Open(source);
            Console.WriteLine(
                $"{watch.Elapsed.TotalSeconds,8:N2} s  read the list of {opened.Labels.Count:N0} images"
            );
            Memory.Print("after reading the list", lines, before);
            watch.Restart();
            _ = opened.Digest;
            Console.WriteLine($"{watch.Elapsed.TotalSeconds,8:N2} s  its digest{(i > 0 ? ", cached" : "")}");
            Memory.Print("after its digest", lines, before);
            GC.KeepAlive(opened);
        }
    }

    private static string Make(string folder, int lines)
    {
        for (var i = 0; i < Files; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"image{i:D7}.png"), $"{i}");
        }

        var file = Path.Combine(folder, "list.csv");
        using var text = new StreamWriter(file);
        text.Write("path,label\n");
        for (var i = 0; i < lines; i++)
        {
            text.Write($"image{i % Files:D7}.png,class{i % 10}\n");
        }

        return file;
    }
}
