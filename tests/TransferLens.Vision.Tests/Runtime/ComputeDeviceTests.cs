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
    public void A_device_that_is_none_is_refused(string text) =>
        Assert.Equal(
            $"The device '{text}' is not known; write cpu, cuda or cuda:N.",
            Assert.Throws<InputException>(() => ComputeDevice.Use(text)).Message
        );

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:7")]
    public void A_GPU_that_this_build_cannot_use_is_refused_and_the_processor_stays(string text)
    {
        Assert.SkipWhen(TensorRuntime.CudaLibrary is not null, "this build holds CUDA packages");
        Assert.StartsWith(
            $"The device '{text}' cannot be used, since this build holds libtorch for the processor alone; ",
            Assert.Throws<InputException>(() => ComputeDevice.Use(text)).Message
        );
        Assert.Equal("cpu", ComputeDevice.Name);
        Assert.Equal(0, ComputeDevice.Gpus());
    }

    [Fact]
    public void Without_a_choice_and_by_name_it_is_the_processor()
    {
        ComputeDevice.Use(null);
        Assert.Equal(("cpu", TorchSharp.DeviceType.CPU), (ComputeDevice.Name, ComputeDevice.Current.type));
        ComputeDevice.Use("cpu");
        Assert.Equal("cpu", ComputeDevice.Name);
    }
}
