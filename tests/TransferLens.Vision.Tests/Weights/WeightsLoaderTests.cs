using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

public class WeightsLoaderTests
{
    [Theory]
    [InlineData("cifar_resnet8", "linear")]
    [InlineData("fixup_resnet18", "fc")]
    public void A_new_head_does_not_change_and_everything_else_is_loaded(string name, string head)
    {
        using var scope = NewDisposeScope();
        using var source = Networks.Create(name, 10, seed: 1);
        using var target = Networks.Create(name, 3, seed: 2);
        using var weights = StateDict.Of(source);
        using var before = StateDict.Of(target);
        var report = WeightsLoader.Load(target, weights, newHead: true);
        Assert.Equal([$"{head}.bias", $"{head}.weight"], report.Fresh.Order());
        Assert.Equal(report.Fresh.Order(), report.Dropped.Order());
        Assert.Equal(weights.Count - 2, report.Loaded.Length);
        Assert.All(target.state_dict(), entry =>
            Assert.True(
                entry.Value.bytes.SequenceEqual((report.Fresh.Contains(entry.Key) ? before : weights)[entry.Key].bytes)
            )
        );
    }

    [Fact]
    public void Another_number_of_classes_a_missing_and_an_unknown_tensor_are_input_errors_that_name_them()
    {
        using var scope = NewDisposeScope();
        using var source = Networks.Create("cifar_resnet8", 10, seed: 1);
        using var target = Networks.Create("cifar_resnet8", 3, seed: 2);
        using var weights = StateDict.Of(source);
        Assert.Contains(
            "'linear.weight' has shape [10, 64] instead of [3, 64]",
            Assert.Throws<InputException>(() => WeightsLoader.Load(target, weights, newHead: false)).Message
        );
        using var less = new StateDict(
            weights
                .Where(entry => entry.Key != "conv1.weight")
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.alias()))
        );
        Assert.Contains(
            "'conv1.weight' is missing",
            Assert.Throws<InputException>(() => WeightsLoader.Load(source, less, newHead: false)).Message
        );
        using var more = new StateDict(
            weights.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.alias())).Append(new("extra", zeros(1)))
        );
        Assert.Contains(
            "'extra' is not part of the network",
            Assert.Throws<InputException>(() => WeightsLoader.Load(source, more, newHead: false)).Message
        );
        using var none = new StateDict([new("extra", zeros(1))]);
        Assert.Contains(
            "more",
            Assert.Throws<InputException>(() => WeightsLoader.Load(source, none, newHead: false)).Message
        );
    }

    [Fact]
    public void Counts_of_batches_may_be_missing_and_numbers_may_be_of_any_floating_point_type()
    {
        using var scope = NewDisposeScope();
        using var source = Networks.Create("cifar_resnet8", 10, seed: 1);
        using var target = Networks.Create("cifar_resnet8", 10, seed: 2);
        using var weights = new StateDict(
            source
                .state_dict()
                .Where(entry => entry.Value.is_floating_point())
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach().to(ScalarType.BFloat16)))
                .ToList()
        );
        var report = WeightsLoader.Load(target, weights, newHead: false);
        Assert.All(report.Fresh, name => Assert.EndsWith("num_batches_tracked", name));
        Assert.All(report.Loaded, name =>
            Assert.True(target.state_dict()[name].to(ScalarType.BFloat16).bytes.SequenceEqual(weights[name].bytes))
        );
        Assert.All(report.Loaded, name => Assert.Equal(ScalarType.Float32, target.state_dict()[name].dtype));
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("cifar_resnet110")]
    [InlineData("resnet18")]
    [InlineData("resnet34")]
    [InlineData("resnet50")]
    [InlineData("fixup_resnet34")]
    [InlineData("fixup_resnet50")]
    public void A_network_is_recognized_by_its_tensors(string name)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Find(name).CreateOutline(3);
        using var weights = StateDict.Of(network);
        Assert.Equal((Networks.Find(name), 3), NetworkFit.Find(weights));
        Assert.Equal(3, NetworkFit.Classes(name, weights));
    }

    [Fact]
    public void A_head_of_a_billion_empty_rows_is_refused_without_allocating_it()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 3, seed: 1);
        using var weights = new StateDict(
            network
                .state_dict()
                .Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        entry.Key == "linear.weight" ? zeros(1_000_000_000, 0) : entry.Value.detach().clone()
                    )
                )
                .ToList()
        );
        Assert.Null(NetworkFit.Find(weights));
        Assert.Throws<InputException>(() => NetworkFit.Classes("cifar_resnet8", weights));
    }

    [Fact]
    public void An_additional_tensor_fits_no_network()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Find("cifar_resnet8").CreateOutline(3);
        using var weights = StateDict.Of(network);
        using var other = new StateDict(
            weights.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.alias())).Append(new("extra", zeros(1)))
        );
        Assert.Null(NetworkFit.Find(other));
    }

    [Fact]
    public void Weights_without_a_head_fit_no_network()
    {
        using var weights = new StateDict([new("extra", zeros(1))]);
        Assert.Null(NetworkFit.Find(weights));
        Assert.Contains(
            "'fc.weight'",
            Assert.Throws<InputException>(() => NetworkFit.Classes("resnet18", weights)).Message
        );
    }
}
