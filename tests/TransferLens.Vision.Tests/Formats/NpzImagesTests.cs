using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Tests.Formats;

public class NpzImagesTests
{
    [Theory]
    [InlineData("grey.npz")]
    [InlineData("multi.npz")]
    [InlineData("keras.npz")]
    public void Arrays_of_NumPy_are_read_as_NumPy_has_them(string file) =>
        DataFixture.Check(DataFixture.Open("npz", file), file);

    [Fact]
    public void The_part_is_chosen_by_the_split_and_arrays_by_their_options()
    {
        Assert.Equal(2, DataFixture.Open("npz", "grey.npz", ("split", "train")).Labels.Count);
        var named = DataFixture.Open(
            "npz",
            "grey.npz",
            ("images_array", "train_images"),
            ("labels_array", "train_labels")
        );
        Assert.Equal(2, named.Labels.Count);
    }

    [Theory]
    [InlineData("grey.npz", "split", "validation", "none named val_images, x_val or images")]
    [InlineData("grey.npz", "images_array", "x", "has no array 'x' but")]
    [InlineData("grey.npz", "labels_array", "train_labels", "5 images, but labels of the shape (2, 1)")]
    [InlineData("objects.npz", "split", "test", "its values are of the type '|O'")]
    public void What_does_not_fit_is_refused(string file, string key, string value, string because) =>
        Assert.Contains(
            because,
            Assert.Throws<InputException>(() => DataFixture.Open("npz", file, (key, value))).Message
        );
}
