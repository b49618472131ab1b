using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace TransferLens.Tests;

/// <summary>
/// Real images, published weights and values of an independent implementation, in <c>../shared</c> next to the checkout
/// or in <c>TRANSFERLENS_TEST_DATA</c>. Tests that need them are skipped where they are missing.
/// </summary>
internal static class SharedData
{
    private static readonly Lock Unpacking = new();

    /// <summary>Path of a file. Skips the test when it is missing.</summary>
    public static string File(string name)
    {
        var path = Root() is { } root ? Path.Combine(root, name) : null;
        Assert.SkipUnless(
            path is not null && System.IO.File.Exists(path),
            $"'{name}' is neither in ../shared next to the checkout nor in TRANSFERLENS_TEST_DATA."
        );
        return path!;
    }

    /// <summary>Values of an independent implementation.</summary>
    public static JsonNode Golden() => JsonNode.Parse(System.IO.File.ReadAllText(File("reference/golden.json")))!;

    /// <summary>Folder of an unpacked archive, for example <c>cifar10-test</c>. Each machine unpacks it once.</summary>
    public static string Images(string archive)
    {
        var path = File($"data/{archive}.tar.gz");
        var folder = Path.Combine(Path.GetTempPath(), $"transferlens-test-data-{Environment.UserName}", archive);
        lock (Unpacking)
        {
            if (!Directory.Exists(folder))
            {
                var draft = $"{folder}.{Guid.NewGuid():n}";
                Directory.CreateDirectory(draft);
                using var unzipped = new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress);
                TarFile.ExtractToDirectory(unzipped, draft, overwriteFiles: false);
                try
                {
                    Directory.Move(draft, folder);
                }
                catch (IOException) when (Directory.Exists(folder))
                {
                    Directory.Delete(draft, recursive: true);
                }
            }
        }

        return folder;
    }

    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_TEST_DATA") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "TransferLens.slnx")))
            {
                var shared = Path.Combine(folder.Parent?.FullName ?? "/", "shared");
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
