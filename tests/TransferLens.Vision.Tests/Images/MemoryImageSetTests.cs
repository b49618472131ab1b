using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

public class MemoryImageSetTests
{
    private static Tensor Images(int count) => arange(count * 12, dtype: ScalarType.Byte).view(count, 3, 2, 2);

    [Fact]
    public void Images_are_read_in_any_order()
    {
        using var scope = NewDisposeScope();
        using var set = ImageSet.InMemory(Images(4), ["a", "b"], [0, 1, 1, 0], ["p", "q", "r", "s"]);
        Assert.Equal((2, 4), (set.Size, set.Count));
        Assert.Equal(["p", "q", "r", "s"], set.Names);
        var read = set.Read([3, 0, 3]);
        Assert.True(read.Same(Images(4)[tensor([3L, 0, 3])]));
    }

    [Fact]
    public void The_set_keeps_its_own_copy()
    {
        using var scope = NewDisposeScope();
        var images = Images(2);
        using var set = ImageSet.InMemory(images, ["a"], [0, 0]);
        images.zero_();
        Assert.True(set.Read([0, 1]).Same(Images(2)));
        Assert.Equal(["0", "1"], set.Names);
    }

    [Fact]
    public void An_index_out_of_range_is_refused()
    {
        using var scope = NewDisposeScope();
        using var set = ImageSet.InMemory(Images(2), ["a"], [0, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Read([2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Read([-1]));
    }

    [Fact]
    public void Images_labels_and_names_that_do_not_match_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "uint8",
            Assert
                .Throws<InputException>(() => ImageSet.InMemory(Images(2).to(ScalarType.Int32), ["a"], [0, 0]))
                .Message
        );
        Assert.Contains(
            "1 labels",
            Assert.Throws<InputException>(() => ImageSet.InMemory(Images(2), ["a"], [0])).Message
        );
        Assert.Contains(
            "1 names",
            Assert.Throws<InputException>(() => ImageSet.InMemory(Images(2), ["a"], [0, 0], ["x"])).Message
        );
        Assert.Contains(
            "between 0 and 1",
            Assert.Throws<InputException>(() => ImageSet.InMemory(Images(2), ["a"], [0, 1])).Message
        );
        Assert.Contains(
            "between -1 and 0",
            Assert.Throws<InputException>(() => ImageSet.InMemory(Images(2), ["a"], [0, -1])).Message
        );
    }
}
