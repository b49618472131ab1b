using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;

namespace TransferLens.Vision.Tests.Formats;

public class CifarPythonTests
{
    [Theory]
    [InlineData("cifar10-python2", "cifar10")]
    [InlineData("cifar10-protocol2", "cifar10")]
    [InlineData("cifar10-protocol3", "cifar10")]
    [InlineData("cifar10-protocol4", "cifar10")]
    [InlineData("cifar100", "cifar100")]
    public void Batches_of_every_protocol_are_read(string file, string expected) =>
        DataFixture.Check(DataFixture.Open("cifar_python", file), expected);

    [Fact]
    public void A_folder_has_a_training_and_a_test_part()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "data_batch_2", "data_batch_1", "test_batch" })
        {
            File.Copy(DataFixture.PathOf("cifar10-protocol3"), folder[name]);
        }

        Assert.Equal(6, Open(folder, "train").Labels.Count);
        DataFixture.Check(Open(folder, "test"), "cifar10");
    }

    [Fact]
    public void Nothing_in_a_batch_is_executed() =>
        Assert.Contains(
            "asks for __builtin__.print",
            Assert.Throws<InputException>(() => DataFixture.Open("cifar_python", "cifar-evil")).Message
        );

    private static Vision.Images.IImageSource Open(TemporaryFolder folder, string split) =>
        ImageFormats.Open(new("cifar_python", folder.Path, SourceOptions.None.Add("split", split)));
}
