using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;

namespace TransferLens.Vision.Tests.Training;

public class ComputeSpeedTests
{
    private static readonly SpeedSettings Small = new(
        Networks.Find("cifar_resnet8"),
        10,
        8,
        16,
        Precision.Float32,
        Jobs: 2,
        Threads: 1
    );

    [Fact]
    public void Seconds_per_image_are_measured_and_no_tensor_is_left()
    {
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var (small, large) = (
            ComputeSpeed.Measure(Small, TimeProvider.System),
            ComputeSpeed.Measure(
                Small with
                {
                    Network = Networks.Find("cifar_resnet20"),
                    Size = 48,
                },
                TimeProvider.System
            )
        );
        Assert.All([small.ForwardSeconds, small.TrainSeconds, large.ForwardSeconds, large.TrainSeconds], seconds =>
            Assert.InRange(seconds, 1e-7, 100)
        );
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Invalid_settings_are_input_errors()
    {
        Assert.Throws<InputException>(() =>
            ComputeSpeed.Measure(Small with { Network = Networks.Find("resnet18") }, TimeProvider.System)
        );
        Assert.Throws<InputException>(() => ComputeSpeed.Measure(Small with { Threads = 0 }, TimeProvider.System));
    }
}
