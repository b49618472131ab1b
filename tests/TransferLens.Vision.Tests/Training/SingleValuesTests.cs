using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;

namespace TransferLens.Vision.Tests.Training;

public class SingleValuesTests
{
    // 32 pixels become 1 in resnet18, which divides by 32, and 8 in cifar_resnet8, which divides by 4.
    [Theory]
    [InlineData("resnet18", 32, "layer4.0.bn1")]
    [InlineData("resnet18", 64, null)]
    [InlineData("cifar_resnet8", 32, null)]
    public void The_layer_with_one_value_per_channel_is_found(string network, int size, string? layer) =>
        Assert.Equal(layer, SingleValues.Find(Networks.Find(network), size, TrainingSettings.Default));

    [Fact]
    public void Frozen_normalization_needs_no_batch() =>
        Assert.Null(
            SingleValues.Find(Networks.Find("resnet18"), 32, TrainingSettings.Default with { Freeze = ["backbone"] })
        );
}
