using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

public sealed class DropoutTests : IDisposable
{
    private readonly Dropout layer = new(0.25);

    public void Dispose() => layer.Dispose();

    [Fact]
    public void Remaining_values_are_scaled_so_that_the_mean_does_not_change()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        using var enabled = Dropout.Enable(network, 5);
        var dropped = layer.forward(ones(1, 100_000));
        var kept = dropped.ne(0).to(float32).mean().item<float>();
        Assert.InRange(
            kept,
            0.75 - (5 * Math.Sqrt(0.75 * 0.25 / 100_000)),
            0.75 + (5 * Math.Sqrt(0.75 * 0.25 / 100_000))
        );
        Assert.Equal(4f / 3, dropped.max().item<float>(), 1e-6f);
        Assert.Equal(0f, dropped.min().item<float>());
    }

    [Fact]
    public void Stochastic_depth_drops_whole_images_at_its_rate()
    {
        using var scope = NewDisposeScope();
        using var branches = new Dropout(0.25, wholeImages: true);
        using var network = Network(branches);
        using var enabled = Dropout.Enable(network, 5);
        var dropped = branches.forward(ones(20_000, 2, 3));
        Assert.Equal(dropped.amax([1, 2]), dropped.amin([1, 2]));
        var kept = dropped[TensorIndex.Colon, 0, 0].ne(0).to(float32).mean().item<float>();
        Assert.Equal(0.75, kept, 5 * Math.Sqrt(0.75 * 0.25 / 20_000));
        Assert.Equal(4f / 3, dropped.max().item<float>(), 1e-6f);
        branches.train(false);
        Assert.Equal(20f, branches.forward(ones(20)).sum().item<float>());
    }

    [Fact]
    public void The_seed_decides_what_is_dropped_and_batches_differ()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        var (first, second, other) = (Two(5), Two(5), Two(6));
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.NotEqual(first[..64], first[64..]);

        float[] Two(ulong seed)
        {
            using var enabled = Dropout.Enable(network, seed);
            return
            [
                .. layer.forward(ones(1, 64)).data<float>().ToArray(),
                .. layer.forward(ones(1, 64)).data<float>().ToArray(),
            ];
        }
    }

    [Fact]
    public void Nothing_is_dropped_in_evaluation_or_unless_enabled()
    {
        using var scope = NewDisposeScope();
        using var network = Network();
        Assert.Equal(64f, layer.forward(ones(64)).sum().item<float>());
        using (Dropout.Enable(network, 5))
        {
            layer.train(false);
            Assert.Equal(64f, layer.forward(ones(64)).sum().item<float>());
            layer.train();
            Assert.Equal(0f, layer.forward(ones(64)).min().item<float>());
        }

        Assert.Equal(64f, layer.forward(ones(64)).sum().item<float>());
    }

    private Network Network() => Network(layer);

    private static Network Network(Dropout dropout) =>
        new("own", nn.Sequential(("dropout", dropout)), [new("head", ["dropout"], dropout.forward)]);
}
