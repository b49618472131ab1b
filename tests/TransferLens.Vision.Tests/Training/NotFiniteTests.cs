using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

public class NotFiniteTests
{
    [Fact]
    public void An_image_with_a_logit_that_is_not_a_number_counts_as_incorrect()
    {
        using var pixels = zeros(4, 3, 8, 8, ScalarType.Byte);
        using var images = ImageSet.InMemory(pixels, ["a", "b"], [0, 0, 0, 0]);
        using var network = Networks.Create("cifar_resnet8", 2, 1);
        using (no_grad())
        {
            network.state_dict()["linear.bias"].fill_(float.NaN);
        }

        var measured = Evaluator.Evaluate(
            network,
            images,
            new(Normalization.None, 4, Precision.Float32),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(0, measured.Score);
        Assert.All(Bootstrap.Right(measured, images.Labels.Single), right => Assert.Equal(0, right));
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.7)]
    [InlineData(50)]
    public void Mixup_draws_weights_with_the_moments_of_its_beta_distribution(double alpha)
    {
        var random = new NumpyRandom(1);
        var shares = Enumerable.Range(0, 4000).Select(_ => Mixup.Draw(alpha, 1, random).Share).ToList();
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
        Assert.Equal(0.5, shares.Average(), 0.03);
        Assert.Equal(1 / (4 * ((2 * alpha) + 1)), shares.Average(share => (share - 0.5) * (share - 0.5)), 0.01);
    }
}
