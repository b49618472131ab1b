using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

public class PublishedNetworksTests
{
    [Fact]
    public void Logits_of_resnet20_agree_with_PyTorch()
    {
        var expected = SharedData.Golden()["logits_resnet20_first_image_of_each_class"]!
            .AsArray()
            .SelectMany(row => row!.AsArray().Select(x => x!.GetValue<double>()))
            .ToArray();
        using var images = GoldenImages.Open(TestContext.Current.CancellationToken);
        using var network = GoldenImages.Published(20);
        int[] first = [.. Enumerable.Range(0, 10).Select(label => images.Labels.Single.IndexOf(label))];
        using var batch = images.Batches(10, Normalization.ImageNet, first).Single();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var logits = network.forward(batch.Images).data<float>().ToArray();
        Assert.All(expected.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Theory]
    [InlineData(20, "12fca82f")]
    [InlineData(32, "d509ac18")]
    [InlineData(44, "014dd654")]
    [InlineData(56, "4bfd9763")]
    public void The_network_of_a_published_file_is_recognized(int depth, string hash)
    {
        using var weights = Checkpoint.Read(SharedData.File($"weights/resnet{depth}-{hash}.th"));
        Assert.Equal((Networks.Find($"cifar_resnet{depth}"), 10), NetworkFit.Find(weights));
    }
}
