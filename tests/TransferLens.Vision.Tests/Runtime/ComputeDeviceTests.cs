using TransferLens.Studies.Inputs;
using TransferLens.Vision.Runtime;

namespace TransferLens.Vision.Tests.Runtime;

public class ComputeDeviceTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void An_unknown_device_is_refused(string text) =>
        Assert.Equal(
            $"The device '{text}' is unknown; write cpu, cuda or cuda:N.",
            Assert.Throws<InputException>(() => ComputeDevice.Use(text)).Message
        );

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:7")]
    public void A_GPU_that_this_build_cannot_use_is_refused_and_the_CPU_is_kept(string text)
    {
        Assert.SkipWhen(TensorRuntime.CudaLibrary is not null, "this build contains CUDA packages");
        Assert.StartsWith(
            $"The device '{text}' is not available, because this build contains libtorch for CPUs only; ",
            Assert.Throws<InputException>(() => ComputeDevice.Use(text)).Message
        );
        Assert.Equal("cpu", ComputeDevice.Name);
        Assert.Equal(0, ComputeDevice.Gpus());
    }

    [Fact]
    public void The_CPU_is_the_default_and_has_a_name()
    {
        ComputeDevice.Use(null);
        Assert.Equal(("cpu", TorchSharp.DeviceType.CPU), (ComputeDevice.Name, ComputeDevice.Current.type));
        ComputeDevice.Use("cpu");
        Assert.Equal("cpu", ComputeDevice.Name);
    }
}
