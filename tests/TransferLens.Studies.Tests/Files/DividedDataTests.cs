using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class DividedDataTests : IDisposable
{
    private const string Separate = "train: cartoon/train, test: cartoon/test";

    private readonly StudyFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_folder_is_divided_into_parts()
    {
        var data = Read("data: cartoon, split: {test: 0.2, validation: 0.1, seed: 3}, test_limit: 9").Targets[0].Value;
        Assert.Equal(folder["cartoon"], data.Train.Location);
        Assert.Equal(new(DataPart.Train, 0.2, 0.1, 3), data.Train.Split);
        Assert.Equal(new(DataPart.Test, 0.2, 0.1, 3), data.Test.Split);
        Assert.Equal(new(DataPart.Validation, 0.2, 0.1, 3), data.Validation!.Split);
        Assert.Equal((null, 9), (data.Train.Limit, data.Test.Limit));
        Assert.Null(Read("data: cartoon, split: {test: 0.2}").Targets[0].Value.Validation);
        Assert.Null(Read(Separate).Targets[0].Value.Train.Split);
    }

    [Fact]
    public void Validation_images_may_have_a_folder_of_their_own() =>
        Assert.Equal(folder["cartoon"], Read($"{Separate}, validation: cartoon").Targets[0].Value.Validation!.Location);

    [Fact]
    public void Names_of_classes_are_a_list_or_a_file()
    {
        Assert.Equal(["dog", "cat"], Read($"{Separate}, classes: [dog, cat]").Targets[0].Value.Test.Classes!.Value);
        File.WriteAllText(folder["names.txt"], "dog\ncat \n\n");
        Assert.Equal(["dog", "cat"], Read($"{Separate}, classes: names.txt").Targets[0].Value.Train.Classes!.Value);
        Assert.Null(Read(Separate).Targets[0].Value.Train.Classes);
    }

    [Theory]
    [InlineData("data: cartoon", "the key 'split' is missing in targets.cartoon")]
    [InlineData("split: {test: 0.2}", "the key 'data' is missing in targets.cartoon")]
    [InlineData("data: cartoon, split: {}", "the key 'test' is missing in targets.cartoon.split")]
    [InlineData(
        "data: cartoon, split: {test: 0.2}, train: cartoon",
        "targets.cartoon.train cannot be combined with data"
    )]
    [InlineData("data: cartoon, split: {test: 0.6, validation: 0.4}", "leaves none to train on")]
    [InlineData(
        "data: cartoon, split: {test: 0}",
        "targets.cartoon.split.test must be above 0 and below 1, but is '0'"
    )]
    [InlineData(
        "data: cartoon, split: {test: 0.2, sed: 1}",
        "unknown key 'sed' in targets.cartoon.split; did you mean 'seed'?"
    )]
    [InlineData("train: cartoon, test: cartoon, classes: [a, b, a]", "names the class 'a' twice")]
    [InlineData("train: cartoon, test: cartoon, classes: nowhere.txt", "a file that does not exist")]
    public void What_does_not_fit_together_is_named(string data, string because) =>
        Assert.Contains(because, folder.ErrorWith(Separate, data));

    private Study Read(string data) => folder.Read(StudyFolder.Plain.Replace(Separate, data, StringComparison.Ordinal));
}
