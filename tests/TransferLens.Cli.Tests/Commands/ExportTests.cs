using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary><c>transferlens export</c> on published weights.</summary>
public sealed class ExportTests : IDisposable
{
    // Not a field: without the weights each test is skipped.
    private static string[] Line =>
    [
        "export",
        "--network",
        "cifar_resnet20",
        "--weights",
        SharedData.File("weights/resnet20-12fca82f.th"),
        "--output",
        "resnet20.onnx",
    ];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_exported_file_is_checked_and_described()
    {
        File.WriteAllLines(folder["names"], Enumerable.Range(0, 10).Select(i => $"class {i}"));
        string[] options = ["--with-preprocessing", "--opset", "18", "--class-names", "names", "--json"];
        var document = JsonNode.Parse(Command.Run(folder.Path, [.. Line, .. options]).Ended(0).Output)!;
        Assert.Equal("images [batch, 3, height, width]", (string)document["input"]!);
        Assert.Equal("logits [batch, 10]", (string)document["output"]!);
        Assert.Equal(18, (int)document["opset"]!);
        Assert.True((bool)document["normalizes"]!);
        Assert.InRange((double)document["difference"]!, 0, 1e-4);
        Assert.Equal(10, document["classes"]!.AsArray().Count);
        Assert.Equal((long)document["bytes"]!, new FileInfo(folder["resnet20.onnx"]).Length);
        var written = File.ReadAllText(folder["resnet20.onnx"]);
        Assert.Contains("[\"class 0\",\"class 1\",", written);
        Assert.Contains("layer3.2.conv2.weight", written);
    }

    [Fact]
    public void What_it_printed_is_short_and_a_file_that_exists_is_kept()
    {
        var said = Command.Run(folder.Path, Line).Ended(0).Output;
        Assert.StartsWith($"cifar_resnet20 written to {folder["resnet20.onnx"]}\n", said);
        Assert.Contains("RGB normalized before (imagenet)", said);
        Assert.Contains("exists already", Command.Run(folder.Path, Line).Refused());
        Command.Run(folder.Path, [.. Line, "--force"]).Ended(0);
    }

    [Theory]
    [InlineData("--opset 12", "from 13 to 23")]
    [InlineData("--class-names few", "--class-names has 2 names, but the head in")]
    [InlineData("--size 2", "the smallest size is 4")]
    [InlineData("--output resnet20.pt", "--output")]
    public void What_cannot_be_is_refused_and_writes_nothing(string options, string reason)
    {
        File.WriteAllLines(folder["few"], ["a", "b"]);
        Assert.Contains(reason, Command.Run(folder.Path, [.. Line, .. options.Split(' ')]).Refused());
        Assert.Equal([folder["few"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Another_ending_is_refused()
    {
        var refused = Command.Run(folder.Path, [.. Line[..^1], "resnet20.pt"]).Refused();
        Assert.Contains("Name it 'resnet20.onnx'", refused);
    }

    public void Dispose() => folder.Dispose();
}
