using System.Collections.Immutable;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

/// <summary>Features of two models are joined by the digests of their images.</summary>
public class ImageFeaturesTests
{
    [Fact]
    public void Features_in_different_orders_are_joined_by_their_images_also_where_an_image_occurs_twice()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var pixels = randint(0, 256, [30, 3, 4, 4], dtype: ScalarType.Byte, generator: generator);
        // Images 28 and 29 occur twice, under other names.
        using var images = ImageSet.InMemory(
            cat([pixels, pixels.narrow(0, 28, 2)]),
            ["a"],
            [.. Enumerable.Repeat(0, 32)]
        );
        var digests = images.Digests();
        Assert.Equal(30, digests.Distinct().Count());
        Assert.Equal((digests[28], digests[29]), (digests[30], digests[31]));
        var read = images.Read([.. Enumerable.Range(0, 32)]).to(ScalarType.Float64).flatten(1);
        var (x, y) = (read.square(), read.sin());
        var expected = LinearCka.Between(x, y);
        int[] order = [.. Enumerable.Range(0, 32).OrderBy(i => i * 7 % 32)];
        var moved = y.index_select(0, tensor(Array.ConvertAll(order, i => (long)i)));
        Assert.True(Math.Abs(LinearCka.Between(x, moved).Debiased!.Value - expected.Debiased!.Value) > 0.01);
        var joined = LinearCka.Between(new ImageFeatures(x, digests), new(moved, images.Digests(order)));
        Assert.Equal((expected.Debiased, expected.Biased), (joined.Debiased, joined.Biased));
    }

    [Fact]
    public void Features_of_other_images_are_refused_and_counted()
    {
        using var features = rand(5, 3);
        var first = new ImageFeatures(features, ["a", "b", "c", "d", "d"]);
        var said = Assert.Throws<InputException>(() =>
            LinearCka.Between(first, new(features, ["a", "b", "c", "d", "e"]))
        );
        Assert.Equal(
            "The features are not of the same images: 1 of 5 images of the first have no counterpart in the second, "
                + "and 1 of 5 of the second none in the first. Compute both on the same images.",
            said.Message
        );
        Assert.Equal(
            "There are features of 5 images, but digests of 2. Give one digest for each row.",
            Assert.Throws<InputException>(() => LinearCka.Between(first, new(features, ["a", "b"]))).Message
        );
    }

    [Fact]
    public void A_digest_depends_on_values_shape_and_type_only()
    {
        using var flat = zeros([1, 3, 2, 8], dtype: ScalarType.Byte);
        using var square = zeros([1, 3, 4, 4], dtype: ScalarType.Byte);
        using var real = zeros([1, 3, 4, 4]);
        using var named = ImageSet.InMemory(square, ["a"], [0], ["x.png"]);
        ImmutableArray<string> digests = [.. new[] { flat, square, real }.Select(Digest)];
        Assert.Equal(3, digests.Distinct().Count());
        Assert.Equal(digests[1], named.Digests().Single());
        Assert.Empty(named.Digests([]));

        static string Digest(Tensor pixels)
        {
            using var images = ImageSet.InMemory(pixels, ["b"], [0]);
            return images.Digests().Single();
        }
    }
}
