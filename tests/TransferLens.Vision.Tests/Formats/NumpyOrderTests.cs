using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

/// <summary>
/// Arrays in Fortran order and of big-endian machines, images of several frames: written by NumPy and Pillow, and read
/// as these read them.
/// </summary>
public class NumpyOrderTests
{
    private const string Python = "/usr/bin/python3";

    private const string Arrays = """
        import json, pickle, sys, numpy as np
        out, expected = sys.argv[1], {}
        r = np.random.RandomState(5)
        rgb, grey = r.randint(0, 256, (4, 3, 5, 3)).astype('u1'), r.randint(0, 256, (4, 6, 5)).astype('u1')
        first = np.ascontiguousarray(rgb.transpose(0, 3, 1, 2))
        y = np.array([2, 0, 1, 2])
        many = r.randint(0, 2, (4, 3))
        for name, x, t in [
            ('c', rgb, y), ('f', np.asfortranarray(rgb), y.astype('>i8')),
            ('grey', np.asfortranarray(grey), y.astype('>i2')),
            ('first', np.asfortranarray(first), y[:, None]), ('multi', np.asfortranarray(rgb), np.asfortranarray(many)),
            ('turned', rgb.transpose(0, 2, 1, 3), y.astype('<u4')), ('bool', rgb, np.asfortranarray(many.astype(bool))),
        ]:
            for write, kind in [(np.savez, 'plain'), (np.savez_compressed, 'packed')]:
                write(f'{out}/{name}-{kind}.npz', images=x, labels=t)
                z = np.load(f'{out}/{name}-{kind}.npz')
                a, b = z['images'], z['labels']
                if a.ndim == 3: a = np.repeat(a[..., None], 3, 3)
                if a.shape[1] == 3 and a.shape[3] != 3: a = a.transpose(0, 2, 3, 1)
                several = b.ndim == 2 and b.shape[1] > 1
                labels = [np.flatnonzero(row).tolist() if several else [int(np.ravel(row)[0])] for row in b]
                expected[f'{name}-{kind}.npz'] = {'pixels': [v.tobytes().hex() for v in a], 'labels': labels}
        data = r.randint(0, 256, (3, 3072)).astype('u1')
        pickle.dump({'data': np.asfortranarray(data), 'labels': [3, 1, 9]}, open(f'{out}/test_batch', 'wb'), protocol=2)
        planes = [v.reshape(3, 32, 32).transpose(1, 2, 0) for v in data]
        expected['test_batch'] = {'pixels': [v.tobytes().hex() for v in planes], 'labels': [[3], [1], [9]]}
        json.dump(expected, open(f'{out}/expected.json', 'w'))
        """;

    [Fact]
    public void Arrays_in_any_order_are_read_as_NumPy_reads_them()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "numpy", Arrays);
        var expected = JsonNode.Parse(File.ReadAllText(folder["expected.json"]))!.AsObject();
        Assert.Equal(15, expected.Count);
        foreach (var (file, value) in expected)
        {
            var format = file.EndsWith(".npz", StringComparison.Ordinal) ? "npz" : "cifar_python";
            var source = ImageFormats.Open(new(format, folder[file], SourceOptions.None));
            var pixels = value!["pixels"]!.AsArray();
            Assert.Equal(pixels.Count, source.Labels.Count);
            for (var i = 0; i < pixels.Count; i++)
            {
                Assert.Equal((string)pixels[i]!, Convert.ToHexStringLower(source.Read(i).Pixels));
                Assert.Equal(value["labels"]![i]!.AsArray().Select(label => (int)label!), source.Labels.ClassesOf(i));
            }
        }

        var both = new[] { "c-plain.npz", "f-packed.npz" }
            .Select(file => ImageFormats.Open(new("npz", folder[file], SourceOptions.None)).Contents)
            .ToList();
        Assert.Equal(both[0], both[1]);
    }

    private const string Frames = """
        import sys
        from PIL import Image
        out = sys.argv[1]
        frames = [Image.new('RGB', (8, 8), (i * 60, 10, 200 - i * 40)) for i in range(3)]
        for kind, options in [('gif', {}), ('webp', {'lossless': True}), ('tif', {})]:
            frames[0].save(f'{out}/a/several.{kind}', save_all=True, append_images=frames[1:], **options)
            frames[0].save(f'{out}/a/one.{kind}', **options)
        frames[0].save(f'{out}/a/one.png')
        """;

    [Fact]
    public void Images_of_several_frames_or_pages_are_counted_also_from_the_cache()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data", "a"]);
        Write(folder, "PIL", Frames, "data");
        var source = ImageFormats.Open(new("image_folder", folder["data"], SourceOptions.None));
        Assert.Equal(7, source.Labels.Count);
        Assert.Equal(
            source.Names.Where(name => name.Contains("several", StringComparison.Ordinal)),
            Enumerable.Range(0, 7).Where(i => source.Read(i).HasMoreFrames).Select(i => source.Names[i])
        );
        Directory.CreateDirectory(folder["cache"]);
        ImageCache.Build(
            source,
            new(4, 4, TransferLens.Studies.Settings.Normalization.None),
            folder["cache"],
            skipBadImages: false,
            null,
            TestContext.Current.CancellationToken
        );
        using var images = ImageCache.Open(folder["cache"]);
        Assert.Equal((7, 3), (images.Count, images.MoreFrames));
    }

    private static void Write(TemporaryFolder folder, string module, string script, string under = "")
    {
        Assert.SkipUnless(
            File.Exists(Python) && Run("-c", $"import {module}").Code == 0,
            "NumPy and Pillow write the files here: apt-get install python3-numpy python3-pil"
        );
        var (code, error) = Run("-c", script, folder[under]);
        Assert.True(code == 0, error);
    }

    private static (int Code, string Error) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
