using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

public class NestedSubsetTests
{
    private static readonly ImageLabels Labels = ImageLabels.SingleLabel([
        .. Enumerable
            .Range(0, 130)
            .Select(i =>
                i < 100 ? 0
                : i < 127 ? 1
                : 2
            ),
    ]);

    [Fact]
    public void A_smaller_part_is_in_every_larger_one()
    {
        double[] shares = [0.01, 1.0 / 16, 0.125, 0.3, 0.5, 0.9, 1];
        var parts = shares.Select(share => NestedSubset.Choose(Labels, share, 3)).ToList();
        foreach (var (smaller, larger) in parts.Zip(parts.Skip(1)))
        {
            Assert.Subset(larger.ToHashSet(), smaller.ToHashSet());
        }

        Assert.Equal(Enumerable.Range(0, 130), parts[^1]);
    }

    [Fact]
    public void Every_class_has_its_share_and_at_least_one_image()
    {
        var part = NestedSubset.Choose(Labels, 0.1, 0);
        Assert.Equal([10, 3, 1], part.GroupBy(image => Labels.Single[image]).Select(group => group.Count()));
        Assert.NotEqual(part, NestedSubset.Choose(Labels, 0.1, 1));
        Assert.Equal(part, NestedSubset.Choose(Labels, 0.1, 0));
    }

    [Fact]
    public void A_repeated_part_has_as_many_images_as_all_and_each_as_often()
    {
        using var pixels = arange(0, 8, ScalarType.Byte).view(8, 1, 1, 1);
        using var all = ImageSet.InMemory(pixels, ["a", "b"], [0, 0, 0, 0, 1, 1, 1, 1]);
        using var part = NestedSubset.View(all, new SubsetSettings(0.5, 1, Repeat: true));
        Assert.Equal(8, part.Count);
        var names = part.Names.GroupBy(name => name).ToList();
        Assert.Equal(4, names.Count);
        Assert.All(names, name => Assert.Equal(2, name.Count()));
        using var read = part.Read([0, 5, 7]);
        var values = read.data<byte>().ToArray();
        Assert.Equal([part.Names[0], part.Names[5], part.Names[7]], values.Select(value => $"{value}"));
        Assert.Equal(values.Select(value => value < 4 ? 0 : 1), new[] { 0, 5, 7 }.Select(i => part.Labels.Single[i]));
        var seen = new byte[2];
        part.Visit([7, 0], (position, bytes) => seen[position] = bytes[0]);
        Assert.Equal([values[2], values[0]], seen);
    }

    [Fact]
    public void Without_settings_the_set_itself_is_seen()
    {
        using var pixels = zeros([2, 1, 1, 1], ScalarType.Byte);
        using var all = ImageSet.InMemory(pixels, ["a"], [0, 0]);
        Assert.Same(all, NestedSubset.View(all, null));
    }
}
