using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

public class ImageLabelsTests
{
    private static readonly ImageLabels One = ImageLabels.One([2, 0, 1]);
    private static readonly ImageLabels Many = ImageLabels.Any(
        3,
        [true, false, true, false, false, false, false, true, false]
    );

    [Fact]
    public void One_class_each_is_a_class_and_an_index_for_the_loss()
    {
        Assert.Equal((3, false), (One.Count, One.IsMultiLabel));
        Assert.Equal([2, 0, 1], One.Single);
        Assert.True(One.Has(0, 2));
        Assert.False(One.Has(0, 0));
        Assert.Equal([1], One.Of(2));
        Assert.Equal(ImageLabels.One([1, 2]), One.At([2, 0]));
        using var tensor = One.ToTensor([1, 0]);
        Assert.Equal((ScalarType.Int64, 1), (tensor.dtype, tensor.dim()));
        Assert.Equal([0L, 2L], tensor.data<long>().ToArray());
    }

    [Fact]
    public void Several_classes_each_are_answers_and_numbers_for_the_loss()
    {
        Assert.Equal((3, true), (Many.Count, Many.IsMultiLabel));
        Assert.Equal([0, 2], Many.Of(0));
        Assert.Empty(Many.Of(1));
        Assert.True(Many.Has(2, 1));
        Assert.Throws<InvalidOperationException>(() => Many.Single);
        Assert.Equal(ImageLabels.Any(3, [false, true, false, true, false, true]), Many.At([2, 0]));
        using var tensor = Many.ToTensor([2, 0]);
        Assert.Equal([2L, 3L], tensor.shape);
        Assert.Equal([0f, 1, 0, 1, 0, 1], tensor.data<float>().ToArray());
    }

    [Fact]
    public void Labels_are_equal_by_value_and_the_kinds_never_are()
    {
        Assert.Equal(ImageLabels.One([2, 0, 1]), One);
        Assert.NotEqual(ImageLabels.One([2, 0, 0]), One);
        Assert.NotEqual(ImageLabels.Any(1, [true, true, true]), ImageLabels.One([0, 0, 0]));
        Assert.NotEqual(ImageLabels.Any(1, [true, true]), ImageLabels.Any(2, [true, true]));
    }

    [Fact]
    public void Answers_that_are_of_no_whole_image_are_refused() =>
        Assert.Throws<ArgumentException>(() => ImageLabels.Any(2, [true, false, true]));

    [Fact]
    public void Images_are_chosen_in_turn_of_the_combinations_of_classes_that_occur()
    {
        var labels = ImageLabels.Any(2, [true, false, true, false, false, true, true, false, false, false]);
        Assert.Equal([0, 2, 4], StratifiedSample.Choose(labels, 3));
        Assert.Equal([0, 1, 2, 4], StratifiedSample.Choose(labels, 4));
        Assert.Equal([0, 2, 3], StratifiedSample.Choose(ImageLabels.One([1, 1, 0, 2, 1]), 3));
    }

    [Fact]
    public void Images_in_memory_need_an_answer_for_each_class()
    {
        using var pixels = zeros(3, 3, 2, 2, dtype: ScalarType.Byte);
        using var set = ImageSet.InMemory(pixels, ["a", "b", "c"], Many);
        Assert.Equal(Many, set.Labels);
        Assert.Contains(
            "not of 2 classes",
            Assert.Throws<InputException>(() => ImageSet.InMemory(pixels, ["a", "b"], Many)).Message
        );
    }
}
