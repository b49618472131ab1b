using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

public class ImageLabelsTests
{
    private static readonly ImageLabels SingleLabels = ImageLabels.SingleLabel([2, 0, 1]);
    private static readonly ImageLabels MultiLabels = ImageLabels.MultiLabel(
        3,
        [true, false, true, false, false, false, false, true, false]
    );

    [Fact]
    public void Single_labels_are_classes_and_indices_for_the_loss()
    {
        Assert.Equal((3, false), (SingleLabels.Count, SingleLabels.IsMultiLabel));
        Assert.Equal([2, 0, 1], SingleLabels.Single);
        Assert.True(SingleLabels.Has(0, 2));
        Assert.False(SingleLabels.Has(0, 0));
        Assert.Equal([1], SingleLabels.ClassesOf(2));
        Assert.Equal(ImageLabels.SingleLabel([1, 2]), SingleLabels.At([2, 0]));
        using var tensor = SingleLabels.ToTensor([1, 0]);
        Assert.Equal((ScalarType.Int64, 1), (tensor.dtype, tensor.dim()));
        Assert.Equal([0L, 2L], tensor.data<long>().ToArray());
    }

    [Fact]
    public void Multi_labels_are_presences_and_float_numbers_for_the_loss()
    {
        Assert.Equal((3, true), (MultiLabels.Count, MultiLabels.IsMultiLabel));
        Assert.Equal([0, 2], MultiLabels.ClassesOf(0));
        Assert.Empty(MultiLabels.ClassesOf(1));
        Assert.True(MultiLabels.Has(2, 1));
        Assert.Throws<InvalidOperationException>(() => MultiLabels.Single);
        Assert.Equal(ImageLabels.MultiLabel(3, [false, true, false, true, false, true]), MultiLabels.At([2, 0]));
        using var tensor = MultiLabels.ToTensor([2, 0]);
        Assert.Equal([2L, 3L], tensor.shape);
        Assert.Equal([0f, 1, 0, 1, 0, 1], tensor.data<float>().ToArray());
    }

    [Fact]
    public void Labels_are_equal_by_value_and_single_labels_never_equal_multi_labels()
    {
        Assert.Equal(ImageLabels.SingleLabel([2, 0, 1]), SingleLabels);
        Assert.NotEqual(ImageLabels.SingleLabel([2, 0, 0]), SingleLabels);
        Assert.NotEqual(ImageLabels.MultiLabel(1, [true, true, true]), ImageLabels.SingleLabel([0, 0, 0]));
        Assert.NotEqual(ImageLabels.MultiLabel(1, [true, true]), ImageLabels.MultiLabel(2, [true, true]));
    }

    [Fact]
    public void Multi_labels_must_be_for_a_whole_number_of_images() =>
        Assert.Throws<ArgumentException>(() => ImageLabels.MultiLabel(2, [true, false, true]));

    [Fact]
    public void A_stratified_sample_has_images_of_every_combination_of_classes()
    {
        var labels = ImageLabels.MultiLabel(2, [true, false, true, false, false, true, true, false, false, false]);
        Assert.Equal([0, 2, 4], StratifiedSample.Choose(labels, 3));
        Assert.Equal([0, 1, 2, 4], StratifiedSample.Choose(labels, 4));
        Assert.Equal([0, 2, 3], StratifiedSample.Choose(ImageLabels.SingleLabel([1, 1, 0, 2, 1]), 3));
    }

    [Fact]
    public void Labels_of_images_in_memory_must_be_for_their_classes()
    {
        using var pixels = zeros(3, 3, 2, 2, dtype: ScalarType.Byte);
        using var set = ImageSet.InMemory(pixels, ["a", "b", "c"], MultiLabels);
        Assert.Equal(MultiLabels, set.Labels);
        Assert.Contains(
            "not for 2 classes",
            Assert.Throws<InputException>(() => ImageSet.InMemory(pixels, ["a", "b"], MultiLabels)).Message
        );
    }
}
