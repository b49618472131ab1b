using TransferLens.Studies;
using TransferLens.Training;

namespace TransferLens.Tests;

public class ComputeSpeedTests
{
    private static readonly SpeedSettings Small = new("cifar_resnet8", 10, 8, 16, Precision.Float32, Jobs: 2, Threads: 1);

    [Fact]
    public void A_network_that_computes_a_hundred_times_as_much_is_slower_and_training_takes_longer_than_a_forward_pass()
    {
        var before = TorchSharp.torch.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var (small, large) = (ComputeSpeed.Measure(Small, TimeProvider.System), ComputeSpeed.Measure(Small with { Network = "cifar_resnet20", Size = 48 }, TimeProvider.System));
        Assert.InRange(small.ForwardSeconds, 1e-7, small.TrainSeconds);
        Assert.InRange(large.ForwardSeconds, 1e-6, large.TrainSeconds);
        Assert.InRange(large.TrainSeconds / small.TrainSeconds, 5, 5000);
        Assert.Equal(before, TorchSharp.torch.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void What_cannot_be_computed_is_refused_as_elsewhere()
    {
        Assert.Throws<InputException>(() => ComputeSpeed.Measure(Small with { Network = "resnet18" }, TimeProvider.System));
        Assert.Throws<InputException>(() => ComputeSpeed.Measure(Small with { Threads = 0 }, TimeProvider.System));
    }
}
