using FsCheck.Xunit;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.PerformanceBarrier;

public class BasinTests
{
    private const int Parameters = 50;

    [Fact]
    public void Solutions_that_are_the_same_deviate_by_nothing_and_have_nothing_beyond()
    {
        double[] here = [.. Enumerable.Range(0, Parameters).Select(i => 0.1 * i)];
        var basin = BasinTest.Estimate(
            [
                [0, 0, 0],
                [0, 0, 0],
                [0, 0, 0],
            ],
            Parameters,
            2,
            20,
            1,
            Loss([here, here, here], w => w.Sum(x => x * x))
        );
        Assert.Equal(0, basin.Deviation.Value, 1e-9);
        Assert.True(basin.Boundary.Excess.Value > 0);
        Assert.Null(basin.Beyond);
        Assert.Null(basin.Epsilon);
        Assert.Equal(["beyond"], basin.Failed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(1e9)]
    public void A_loss_that_is_constant_makes_a_basin_of_depth_zero(double constant)
    {
        var basin = BasinTest.Estimate(
            [
                [0, 3],
                [3, 0],
            ],
            Parameters,
            2,
            37,
            1,
            _ => constant
        );
        Assert.Equal((constant, 0.0), (basin.Mean.Value, basin.Mean.Error));
        Assert.Equal(new BasinEstimate(0, 0), basin.Deviation);
        Assert.Equal(0, basin.Epsilon);
        Assert.Empty(basin.Failed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.05)]
    public void In_a_bowl_the_segment_through_its_middle_has_the_estimates_of_the_closed_form(double delta)
    {
        // From -h to h along the first axis, loss |w|^2: its mean on the segment is h^2 / 3.
        const double h = 1.5;
        var basin = BasinTest.Estimate(
            [
                [0, 2 * h],
                [2 * h, 0],
            ],
            Parameters,
            delta,
            4000,
            7,
            Loss([Axis(0, -h), Axis(0, h)], w => w.Sum(x => x * x))
        );
        AssertNear(h * h / 3, basin.Mean);
        AssertNear(4 * h * h / (9 * Math.Sqrt(3)), basin.Deviation);
        AssertNear((2 * h * h / 3) + (delta * delta), basin.Boundary.Excess);
        AssertNear((2 * h * h / 3) + (2 * h * delta * Math.Sqrt(2 / Math.PI)) + (delta * delta), basin.Beyond!.Excess);
        Assert.Equal(basin.Boundary.Excess.Value - (2 * basin.Deviation.Value), basin.Boundary.Margin.Value, 1e-9);
        // It passes with any delta: its ends lie 0.667 h^2 above the mean, and twice epsilon is 0.513 h^2.
        Assert.Equal(basin.Deviation.Value, basin.Epsilon);
    }

    [Fact]
    public void In_a_bowl_a_triangle_around_its_middle_has_the_mean_of_the_closed_form()
    {
        double[][] corners = [Axis(0, 2), Axis(1, 2), Axis(2, 2)];
        double[] middle = [.. Enumerable.Range(0, Parameters).Select(i => i < 3 ? 2 / 3.0 : 0)];
        // Corners at distance r from the middle, all alike: the mean of |w - middle|^2 on the triangle is 3 r^2 / 12.
        var basin = BasinTest.Estimate(
            Distances(corners),
            Parameters,
            0.5,
            4000,
            3,
            Loss(corners, w => w.Zip(middle, (x, m) => (x - m) * (x - m)).Sum())
        );
        AssertNear((4 - (4 / 3.0)) / 4, basin.Mean);
        Assert.Empty(basin.Failed);
    }

    [Fact]
    public void On_a_slope_the_edge_is_as_often_below_as_above_so_it_is_no_basin()
    {
        var basin = BasinTest.Estimate(
            [
                [0, 2],
                [2, 0],
            ],
            Parameters,
            0.5,
            500,
            3,
            Loss([Axis(0, -1), Axis(0, 1)], w => w[0])
        );
        AssertNear(0.5, basin.Deviation);
        Assert.Equal(["boundary", "beyond"], basin.Failed);
        Assert.Null(basin.Epsilon);
    }

    [Fact]
    public void A_step_beyond_the_edge_is_as_long_in_parameter_space_as_it_was_drawn()
    {
        double[][] corners = [Axis(0, 3), Axis(1, 1), Axis(2, 7)];
        var (delta, steps) = (0.3, new List<double>());
        double[]? edge = null;
        BasinTest.Estimate(Distances(corners), Parameters, delta, 2000, 5, point =>
        {
            var here = Combined(corners, point with { Noise = 0 });
            Assert.Equal(1, point.Weights.Sum(), 1e-9);
            if (point.Noise > 0)
            {
                // At the edge one weight is 0, and none is below.
                Assert.Equal(0, point.Weights.Min());
                edge = here;
            }
            else if (edge is not null)
            {
                Assert.True(point.Weights.Min() < 0);
                steps.Add(Math.Sqrt(edge.Zip(here, (a, b) => (a - b) * (a - b)).Sum()));
                edge = null;
            }

            return 0;
        });
        Assert.Equal(delta * delta, steps.Average(step => step * step), 0.1 * delta * delta);
        Assert.Equal(delta * Math.Sqrt(2 / Math.PI), steps.Average(), 0.05 * delta);
    }

    [Fact]
    public void Errors_are_those_seen_when_the_test_is_repeated()
    {
        var all = Enumerable
            .Range(0, 200)
            .Select(seed =>
                BasinTest.Estimate(
                    [
                        [0, 3],
                        [3, 0],
                    ],
                    Parameters,
                    0.5,
                    40,
                    (uint)seed,
                    Loss([Axis(0, -1), Axis(0, 2)], w => w.Sum(x => x * x))
                )
            )
            .ToList();
        Assert.All(
            new Func<BasinResult, BasinEstimate>[]
            {
                b => b.Mean,
                b => b.Deviation,
                b => b.Boundary.Excess,
                b => b.Beyond!.Excess,
                b => b.Boundary.Margin,
            },
            of =>
            {
                var mean = all.Average(basin => of(basin).Value);
                var spread = Math.Sqrt(all.Average(basin => Math.Pow(of(basin).Value - mean, 2)));
                Assert.InRange(all.Average(basin => of(basin).Error) / spread, 0.8, 1.25);
            }
        );
    }

    [Property(MaxTest = 20)]
    public void Equal_seeds_give_equal_results(uint seed)
    {
        var loss = Loss([Axis(0, -1), Axis(0, 2)], w => w.Sum(x => x * x));
        BasinResult Once() =>
            BasinTest.Estimate(
                [
                    [0, 3],
                    [3, 0],
                ],
                Parameters,
                0.5,
                10,
                seed,
                loss
            );
        Assert.Equal(Once() with { Failed = [] }, Once() with { Failed = [] });
    }

    [Fact]
    public void A_request_out_of_range_is_an_input_error()
    {
        Assert.Throws<InputException>(() =>
            BasinTest.Estimate(
                [
                    [0],
                ],
                1,
                1,
                20,
                1,
                _ => 0
            )
        );
        Assert.Throws<InputException>(() =>
            BasinTest.Estimate(
                [
                    [0, 1],
                    [1, 0],
                ],
                1,
                -1,
                20,
                1,
                _ => 0
            )
        );
        Assert.Throws<InputException>(() =>
            BasinTest.Estimate(
                [
                    [0, 1],
                    [1, 0],
                ],
                1,
                1,
                9,
                1,
                _ => 0
            )
        );
    }

    [Fact]
    public void A_loss_that_is_not_finite_leaves_estimates_undefined_and_null_in_json()
    {
        var basin = BasinTest.Estimate(
            [
                [0, 3],
                [3, 0],
            ],
            Parameters,
            2,
            10,
            1,
            point => point.Noise > 0 ? double.NaN : 1
        );
        Assert.Equal(["boundary"], basin.Failed);
        var json = System.Text.Json.JsonSerializer.Serialize(basin, ResultJson.Options);
        Assert.DoesNotContain("NaN", json);
        Assert.Contains("\"boundary\":{\"excess\":{\"value\":null", json);
        Assert.True(
            double.IsNaN(
                System.Text.Json.JsonSerializer.Deserialize<BasinResult>(json, ResultJson.Options)!.Boundary.Excess.Value
            )
        );
    }

    [Fact]
    public void A_network_is_tested_at_half_the_distance_unless_told_and_gets_its_weights_back()
    {
        using var images = RuledImages.Of([.. Enumerable.Range(0, 24).Select(i => i % 4)]);
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var first = StateDict.Of(network);
        using var other = Networks.Create("cifar_resnet8", 4, 1);
        using var second = StateDict.Of(other);
        var settings = new EvaluationSettings(Normalization.ImageNet, 32, Precision.Float32);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var basin = BasinTest.Measure(
            network,
            [first, second],
            null,
            10,
            1,
            images,
            settings,
            images,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(DistanceMeasurement.Measure(network, first, second).Total / 2, basin.Delta, 1e-9);
        Assert.True(basin.Deviation.Value > 0 && basin.Boundary.Excess.Error > 0 && basin.Beyond!.Excess.Error > 0);
        Assert.All(StateDict.Of(network), entry => Assert.True(entry.Value.Equals(first[entry.Key])));

        // The same solution twice: nothing to step along, and no noise, delta being 0.
        var same = BasinTest.Measure(
            network,
            [first, first],
            null,
            10,
            1,
            images,
            settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal((0.0, 0.0), (Math.Round(same.Deviation.Value, 5), Math.Round(same.Boundary.Excess.Value, 5)));
        Assert.Null(same.Beyond);
    }

    [Fact]
    public void Noise_has_the_length_asked_for_and_leaves_buffers_alone()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var solution = StateDict.Of(network);
        using var images = RuledImages.Of([0, 1, 2, 3]);
        using var mixture = new MixtureEvaluator(
            network,
            [solution],
            images,
            new(Normalization.ImageNet, 4, Precision.Float32),
            null,
            null,
            Recalibration.DefaultBatch,
            TestContext.Current.CancellationToken
        );
        mixture.Measure([1], 0.01, 3);
        using var disturbed = StateDict.Of(network);
        var count = network.parameters().Sum(parameter => parameter.numel());
        Assert.Equal(
            0.01 * Math.Sqrt(count),
            DistanceMeasurement.Measure(network, solution, disturbed).Total,
            0.02 * 0.01 * Math.Sqrt(count)
        );
        Assert.True(disturbed["bn1.running_var"].Equals(solution["bn1.running_var"]));
        mixture.Measure([1], 0.01, 3);
        using var again = StateDict.Of(network);
        Assert.All(again, entry => Assert.True(entry.Value.Equals(disturbed[entry.Key])));
    }

    private static void AssertNear(double expected, BasinEstimate actual)
    {
        Assert.InRange(actual.Error, 0, 0.1 * Math.Abs(expected));
        Assert.InRange(actual.Value, expected - (4 * actual.Error), expected + (4 * actual.Error));
    }

    private static double[] Axis(int axis, double value) =>
        [.. Enumerable.Range(0, Parameters).Select(i => i == axis ? value : 0)];

    private static double[][] Distances(double[][] solutions) =>
        [
            .. solutions.Select(a =>
                solutions.Select(b => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum())).ToArray()
            ),
        ];

    private static Func<BasinPoint, double> Loss(double[][] solutions, Func<double[], double> loss) =>
        point => loss(Combined(solutions, point));

    private static double[] Combined(double[][] solutions, BasinPoint point)
    {
        var noise = new NumpyRandom(point.NoiseSeed);
        return
        [
            .. Enumerable
                .Range(0, Parameters)
                .Select(i =>
                    solutions.Select((w, s) => point.Weights[s] * w[i]).Sum()
                    + (point.Noise > 0 ? point.Noise * Gaussian(noise) : 0)
                ),
        ];
    }

    private static double Gaussian(NumpyRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
}
