using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public sealed class RecalibrationTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("barrier", "--points", "2")]
    [InlineData("barrier", "--plane", "2")]
    [InlineData("soup")]
    public void A_limit_is_for_what_is_measured_and_not_for_the_images_of_the_statistics(
        string command,
        params string[] more
    )
    {
        TinyImages.Write(folder["test"], 3, seed: 5);
        TinyImages.Write(folder["train"], 7, seed: 6);
        Assert.Contains(
            "recomputed from the images of --recalibrate-on: 21 images.",
            Said("--recalibrate-on", "train")
        );
        Assert.Contains("recomputed from the images of --recalibrate-on: 4 images.", Said("--recalibrate-on", "test/"));
        Assert.Contains("since --recalibrate-on was not given: 4 images.", Said());

        string Said(params string[] on) =>
            Command
                .Run(
                    folder.Path,
                    [
                        command,
                        "--network",
                        "cifar_resnet8",
                        "--weights",
                        .. Weights(more.Contains("--plane") ? 3 : 2),
                        "--data",
                        "test",
                        "--size",
                        "16",
                        "--limit",
                        "4",
                        .. more,
                        .. on,
                    ]
                )
                .Ended(0)
                .Output;
    }

    public void Dispose() => folder.Dispose();

    private IEnumerable<string> Weights(int count) =>
        ((string[])["P-T_s1", "P-T_s2", "RI-T_s1"])[..count]
            .Select(run => finished.Study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"]);
}
