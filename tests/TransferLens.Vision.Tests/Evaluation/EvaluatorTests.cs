using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Tests.Models;

namespace TransferLens.Vision.Tests.Evaluation;

public class EvaluatorTests
{
    // Of a deeper one too where its mistakes are counted: MistakesTests.
    [Fact]
    public void A_published_network_reaches_the_accuracy_and_the_loss_that_PyTorch_finds()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var golden = SharedData.Golden()["evaluate"]!["resnet20"]!;
        using var images = GoldenImages.Open(cancellationToken);
        using var network = GoldenImages.Published(20);
        var found = Evaluator.Evaluate(
            network,
            images,
            new(Normalization.ImageNet, 250, Precision.Float32),
            cancellationToken: cancellationToken
        );
        Assert.Equal(10_000, found.Examples);
        Assert.Equal(golden["accuracy"]!.GetValue<double>(), found.Score, 0.002);
        Assert.Equal(golden["loss"]!.GetValue<double>(), found.Loss, 0.01);
    }
}
