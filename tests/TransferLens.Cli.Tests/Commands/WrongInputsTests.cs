using System.Text;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Options and files of images that are refused, and what is said of them.</summary>
public sealed class WrongInputsTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Classes_whose_names_are_not_UTF_8_are_refused_and_not_merged()
    {
        TinyImages.Write(folder["images"], 2, seed: 5);
        File.WriteAllText(
            folder["list.csv"],
            "path,label\nimages/disc/00.png,bar\nimages/disc/01.png,B\u00e4r\nimages/ring/00.png,B\u00f6r\n",
            Encoding.Latin1
        );
        File.WriteAllText(folder["names.txt"], "bar\nB\u00e4r\nB\u00f6r\n", Encoding.Latin1);
        Assert.EndsWith(
            $"Line 3 of '{folder["list.csv"]}' is not UTF-8. Save the file as UTF-8.",
            Evaluate("csv:list.csv").Refused()
        );
        Assert.EndsWith(
            $"Line 2 of '{folder["names.txt"]}' is not UTF-8. Save the file as UTF-8.",
            Evaluate("images", "--class-names", "names.txt").Refused()
        );
    }

    [Fact]
    public void A_file_of_names_that_does_not_exist_is_said_in_plain_words()
    {
        TinyImages.Write(folder["images"], 2, seed: 5);
        Assert.EndsWith(
            $"The class names '{folder["none.txt"]}' cannot be read: it does not exist.",
            Evaluate("images", "--class-names", "none.txt").Refused()
        );
    }

    [Fact]
    public void A_size_is_refused_by_the_option_that_was_given()
    {
        TinyImages.Write(folder["images"], 2, seed: 5);
        Assert.EndsWith("--size is -1, but must be at least 1.", Evaluate("images", "--size", "-1").Refused());
        Assert.EndsWith(
            "--resize is 10, but must be at least the size of the images, 16.",
            Evaluate("images", "--size", "16", "--resize", "10").Refused()
        );
    }

    public void Dispose() => folder.Dispose();

    private CommandResult Evaluate(string data, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                "evaluate",
                "--network",
                "cifar_resnet8",
                "--weights",
                finished.Study["runs", "tiny", "checkpoints", "ink-P-T_s1.safetensors"],
                "--data",
                data,
                .. more,
            ]
        );
}
