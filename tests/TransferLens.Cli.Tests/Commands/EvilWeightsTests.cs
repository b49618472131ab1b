using System.IO.Compression;
using System.Text;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public sealed class EvilWeightsTests : IDisposable
{
    private const string Empty = "empty.pth";

    private static readonly string[] Commands = ["evaluate", "inspect", "convert"];

    private readonly TemporaryFolder folder = new();

    /// <summary>Weights that nobody should load, by name, and what the answer holds.</summary>
    public static TheoryData<string, string> Evil =>
        new()
        {
            { "zip.pth", "os.system" },
            { "legacy.pth", "os.system" },
            { "bare.pth", "os.system" },
            { "cut.pth", "cut.pth" },
            { "truncated.safetensors", "truncated.safetensors" },
            { Empty, Empty },
            { "text.pth", "text.pth" },
            { "missing.pth", "does not exist" },
            { "folder.pth", "is a folder" },
        };

    [Theory]
    [MemberData(nameof(Evil))]
    public void Evil_weights_are_refused_in_one_sentence_and_nothing_is_run_or_written(string name, string says)
    {
        Make();
        var before = Files();
        foreach (var command in Commands)
        {
            IEnumerable<string> arguments =
                command == "evaluate"
                    ? ["evaluate", "--network", "cifar_resnet20", "--weights", name, "--data", "images", "--size", "32"]
                    : [command, name];
            var message = Command.Run(folder.Path, arguments).Refused();
            Assert.Contains(says, message);
            Assert.Contains(name, message);
        }

        Assert.Equal(before, Files());
    }

    public void Dispose() => folder.Dispose();

    private void Make()
    {
        TinyImages.Write(folder["images"], 1, seed: 1);
        // GLOBAL os.system, called with a tuple of one text: what pickle would run when it is asked to load this.
        var order = $"touch {folder["was-run"]}";
        byte[] pickle =
        [
            0x80,
            2,
            .. "cos\nsystem\n(X"u8,
            .. BitConverter.GetBytes(order.Length),
            .. Encoding.ASCII.GetBytes(order),
            .. "tR."u8,
        ];
        using (var archive = new ZipArchive(File.Create(folder["zip.pth"]), ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.NoCompression).Open();
            entry.Write(pickle);
        }

        // The plain format: its magic number, its version and the machine's properties go before.
        File.WriteAllBytes(
            folder["legacy.pth"],
            [
                0x80,
                2,
                0x8a,
                10,
                0x6c,
                0xfc,
                0x9c,
                0x46,
                0xf9,
                0x20,
                0x6a,
                0xa8,
                0x50,
                0x19,
                (byte)'.',
                0x80,
                2,
                (byte)'M',
                0xe9,
                3,
                (byte)'.',
                0x80,
                2,
                (byte)'}',
                (byte)'.',
                .. pickle,
                0x80,
                2,
                (byte)']',
                (byte)'.',
            ]
        );
        File.WriteAllBytes(folder["bare.pth"], pickle);
        File.WriteAllBytes(folder["cut.pth"], File.ReadAllBytes(folder["zip.pth"])[..^30]);
        File.WriteAllBytes(folder["truncated.safetensors"], [.. BitConverter.GetBytes(100L), .. "{\"a\": {"u8]);
        File.WriteAllBytes(folder[Empty], []);
        File.WriteAllText(folder["text.pth"], "These are no weights.");
        Directory.CreateDirectory(folder["folder.pth"]);
    }

    private List<string> Files() =>
        [
            .. Directory
                .GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
                .Where(path => !path.StartsWith(folder["cache"], StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
}
