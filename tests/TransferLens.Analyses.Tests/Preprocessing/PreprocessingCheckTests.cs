using TransferLens.Analyses.Preprocessing;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Tests.Preprocessing;

public class PreprocessingCheckTests
{
    [Theory]
    // Variance over 400 images; t of 399 degrees of freedom. p times two other normalizations is below 0.05.
    [InlineData(-0.5, 0.1, "clip")]
    [InlineData(-0.5, 0.23, null)] // p is 0.030
    [InlineData(-0.5, 0.21, "clip")] // p is 0.018
    [InlineData(0.5, 0.1, null)]
    [InlineData(-0.009, 1e-5, null)]
    public void Another_normalization_is_better_only_where_its_loss_is_detectably_and_notably_lower(
        double difference,
        double error,
        string? expected
    )
    {
        var check = new PreprocessingCheck([
            new("imagenet", Normalization.ImageNet, 0.8, 2, null),
            Other("inception", Normalization.Inception, 1, 0.01),
            Other("clip", Normalization.Clip, difference, error),
        ]);
        Assert.Equal(expected, check.Better?.Name);
    }

    [Fact]
    public void Of_several_better_ones_the_one_with_the_smallest_loss_is_named() =>
        Assert.Equal(
            "clip",
            new PreprocessingCheck([
                new("imagenet", Normalization.ImageNet, 0.8, 2, null),
                Other("inception", Normalization.Inception, -0.4, 0.01),
                Other("clip", Normalization.Clip, -0.5, 0.01),
            ])
                .Better!
                .Name
        );

    private static NormalizationScore Other(string name, Normalization normalize, double difference, double error) =>
        new(name, normalize, 0.8, 2 + difference, new Effect(difference, error * error, 399, 0, 0, 0, 1));
}
