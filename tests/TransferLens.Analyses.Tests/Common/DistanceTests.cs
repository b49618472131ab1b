using TransferLens.Analyses.Common;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

public class DistanceTests
{
    private static StateDict Weights(long seed, int classes = 10)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed);
        return StateDict.Of(network);
    }

    [Fact]
    public void Distance_is_a_metric()
    {
        using var network = Networks.Create("cifar_resnet8", 10, 0);
        using var a = Weights(1);
        using var b = Weights(2);
        using var c = Weights(3);
        double Between(StateDict x, StateDict y) => DistanceMeasurement.Measure(network, x, y).Total;
        Assert.Equal(0, Between(a, a));
        Assert.True(Between(a, b) > 0);
        Assert.Equal(Between(a, b), Between(b, a));
        Assert.True(Between(a, c) <= Between(a, b) + Between(b, c));
    }

    [Fact]
    public void Modules_add_up_to_the_total_in_squares_and_buffers_count_nothing()
    {
        using var network = Networks.Create("cifar_resnet8", 10, 0);
        using var a = Weights(1);
        using var b = Weights(2);
        var before = DistanceMeasurement.Measure(network, a, b);
        b["bn1.running_mean"].fill_(7);
        var after = DistanceMeasurement.Measure(network, a, b);
        Assert.Equal(before.Total, after.Total);
        Assert.Equal(before.Total * before.Total, before.Modules.Sum(m => m.Distance * m.Distance), 1e-9);
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"], before.Modules.Select(m => m.Name));
    }

    [Fact]
    public void Heads_of_different_shape_are_left_out_and_said_to_be()
    {
        using var network = Networks.Create("cifar_resnet8", 10, 0);
        using var a = Weights(1);
        using var b = Weights(2, classes: 7);
        var measured = DistanceMeasurement.Measure(network, a, b);
        Assert.True(measured.HeadLeftOut);
        Assert.DoesNotContain(measured.Modules, m => m.Name == "linear");
    }

    [Fact]
    public void The_norm_of_a_published_network_equals_the_independent_value()
    {
        using var weights = Checkpoint.Read(SharedData.File("weights/resnet20-12fca82f.th"));
        using var network = Networks.Create("cifar_resnet20", 10, 0);
        using var zero = new StateDict(
            weights.Select(entry => KeyValuePair.Create(entry.Key, zeros_like(entry.Value)))
        );
        var expected = (double)SharedData.Golden()["l2 resnet20 to zero"]!;
        Assert.Equal(expected, DistanceMeasurement.Measure(network, weights, zero).Total, expected * 1e-4);
    }
}
