using FsCheck.Xunit;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Tests.Interpolation;

public class PlaneTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 32, Precision.Float32);

    [Fact]
    public void The_three_solutions_lie_at_their_distances_and_have_their_own_weights()
    {
        var plane = PlaneGeometry.FromDistances(3, 5, 4);
        Assert.Equal((3.0, 3.0, 4.0), (plane.Length, Math.Round(plane.Along, 12), Math.Round(plane.Height, 12)));
        for (var i = 0; i < 3; i++)
        {
            var (x, y) = plane.Corners[i];
            Assert.All(plane.Weights(x, y).Select((weight, j) => (weight, j)), pair =>
                Assert.Equal(pair.j == i ? 1 : 0, pair.weight, 1e-12)
            );
        }
    }

    [Property(MaxTest = 50)]
    public void Weights_sum_to_one_and_combine_to_the_point(byte a, byte b)
    {
        var (x, y) = ((a / 10.0) - 12, (b / 10.0) - 12);
        var plane = PlaneGeometry.FromDistances(7, 6, 5);
        var weights = plane.Weights(x, y);
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.Equal(x, weights.Zip(plane.Corners, (w, corner) => w * corner.X).Sum(), 1e-9);
        Assert.Equal(y, weights.Zip(plane.Corners, (w, corner) => w * corner.Y).Sum(), 1e-9);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 2, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(1, 2, 3)]
    [InlineData(3, 1, 2)]
    public void Solutions_on_one_line_span_no_plane(double first, double second, double third) =>
        Assert.Contains(
            "no plane",
            Assert.Throws<InputException>(() => PlaneGeometry.FromDistances(first, second, third)).Message
        );

    [Fact]
    public void The_grid_reaches_around_the_triangle()
    {
        var (x, y) = PlaneGeometry.FromDistances(4, 5, 3).Grid(5, 0.25);
        Assert.Equal([-1, 0.5, 2, 3.5, 5], x.Select(v => Math.Round(v, 9)));
        Assert.Equal([-0.75, 0.375, 1.5, 2.625, 3.75], y.Select(v => Math.Round(v, 9)));
    }

    [Fact]
    public void The_solutions_are_evaluated_themselves_and_each_grid_point_is_its_affine_combination()
    {
        using var images = RuledImages.Of([.. Enumerable.Range(0, 24).Select(i => i % 4)]);
        using var network = Networks.Create("cifar_resnet8", 4, 9);
        using var own = StateDict.Of(network);
        StateDict[] solutions = [Random(1), Random(2), Random(3)];
        var cancellationToken = TestContext.Current.CancellationToken;
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var plane = ModelPlane.Measure(
            network,
            solutions,
            2,
            images,
            Settings,
            images,
            20,
            cancellationToken: cancellationToken
        );
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));

        Assert.Equal((2, 2, true), (plane.Score.Length, plane.Score[0].Length, plane.Recalibrated));
        for (var i = 0; i < 3; i++)
        {
            solutions[i].CopyTo(network);
            Recalibration.Run(network, images, Settings, 20, cancellationToken: cancellationToken);
            var itself = Evaluator.Evaluate(network, images, Settings, cancellationToken: cancellationToken);
            Assert.Equal((itself.Score, itself.Loss), (plane.Models[i].Score, plane.Models[i].Loss));
        }

        // The upper left point, made by hand: w0 + a (w1 - w0) + b (w2 - w0).
        Assert.Equal(DistanceMeasurement.Measure(network, solutions[0], solutions[1]).Total, plane.Models[1].X, 1e-9);
        var b = plane.Y[1] / plane.Models[2].Y;
        var a = (plane.X[0] - (b * plane.Models[2].X)) / plane.Models[1].X;
        solutions[0].CopyTo(network);
        using (TorchSharp.torch.NewDisposeScope())
        using (TorchSharp.torch.no_grad())
        {
            foreach (var (name, parameter) in network.named_parameters())
            {
                parameter.add_(
                    (a * (solutions[1][name] - solutions[0][name])) + (b * (solutions[2][name] - solutions[0][name]))
                );
            }
        }

        Recalibration.Run(network, images, Settings, 20, cancellationToken: cancellationToken);
        Assert.Equal(
            Evaluator.Evaluate(network, images, Settings, cancellationToken: cancellationToken).Loss,
            plane.Loss[1][0]!.Value,
            1e-4
        );
        Array.ForEach(solutions, solution => solution.Dispose());
    }

    [Fact]
    public void A_request_out_of_range_is_an_input_error()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 9);
        using var solution = StateDict.Of(network);
        using var images = RuledImages.Of([0, 1, 2, 3]);
        Assert.Throws<InputException>(() =>
            ModelPlane.Measure(
                network,
                [solution, solution],
                3,
                images,
                Settings,
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        Assert.Throws<InputException>(() =>
            ModelPlane.Measure(
                network,
                [solution, solution, solution],
                1,
                images,
                Settings,
                cancellationToken: TestContext.Current.CancellationToken
            )
        );
        Assert.Contains(
            "no plane",
            Assert
                .Throws<InputException>(() =>
                    ModelPlane.Measure(
                        network,
                        [solution, solution, solution],
                        2,
                        images,
                        Settings,
                        cancellationToken: TestContext.Current.CancellationToken
                    )
                )
                .Message
        );
    }

    private static StateDict Random(long seed)
    {
        using var network = Networks.Create("cifar_resnet8", 4, seed);
        return StateDict.Of(network);
    }
}
