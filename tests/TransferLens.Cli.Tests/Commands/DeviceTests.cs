using TransferLens.Tests;
using TransferLens.Vision.Runtime;

namespace TransferLens.Cli.Tests.Commands;

public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("demo", "--device", "cuda")]
    [InlineData("run", "none.yaml", "--device", "cuda:0")]
    [InlineData(
        "evaluate",
        "--network",
        "cifar_resnet8",
        "--weights",
        "some.pt",
        "--data",
        "none",
        "--device",
        "cuda:1"
    )]
    public void A_GPU_is_refused_before_anything_is_made_where_the_build_has_none(params string[] arguments)
    {
        Assert.SkipWhen(TensorRuntime.CudaLibrary is not null, "this build contains CUDA packages");
        File.WriteAllText(folder["some.pt"], "");
        var said = Command.Run(folder.Path, arguments).Refused();
        Assert.Contains(
            $"The device '{arguments[^1]}' is not available, because this build contains libtorch for CPUs only; build with -p:TransferLensCuda=true",
            said,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Path), path =>
            Path.GetFileName(path) is not ("cache" or "some.pt")
        );
    }

    [Fact]
    public void Doctor_says_whether_a_GPU_and_the_packages_for_one_are_at_hand()
    {
        var line = Command
            .Run(folder.Path, "doctor")
            .Ended(0)
            .Output.Split('\n')
            .Single(line => line.Contains(" GPU: ", StringComparison.Ordinal));
        Assert.Equal(
            TensorRuntime.CudaLibrary is null,
            line.Contains("this build contains no CUDA packages", StringComparison.Ordinal)
        );
    }
}
