using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.WeightSpectrum;

public class SpectrumTests
{
    [Fact]
    public void Singular_values_and_ranks_are_those_of_numpy()
    {
        var cases = JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "spectrum.json")))!
            .AsArray();
        Assert.All(cases, one =>
        {
            long[] shape = [.. one!["shape"]!.AsArray().Select(length => (long)length!)];
            var count = shape.Aggregate(1L, (a, b) => a * b);
            using var weights = tensor(
                    Enumerable
                        .Range(0, (int)count)
                        .Select(i => (((i * 7919L) + 104729) % 1009 / 1009.0) - 0.5)
                        .ToArray()
                )
                .reshape(shape);
            var matrix = Measured(weights);
            Assert.Equal((shape[0], count / shape[0]), (matrix.Rows, matrix.Columns));
            Assert.All(matrix.SingularValues.Zip(one["singular_values"]!.AsArray()), pair =>
                Assert.Equal((double)pair.Second!, pair.First, 1e-12)
            );
            Assert.Equal((double)one["stable_rank"]!, matrix.StableRank!.Value, 1e-12);
            Assert.Equal((double)one["effective_rank"]!, matrix.EffectiveRank!.Value, 1e-12);
        });
    }

    [Property(MaxTest = 20)]
    public void An_orthogonal_matrix_has_only_ones_and_full_rank(ushort seed)
    {
        using var scope = NewDisposeScope();
        var (orthogonal, _) = linalg.qr(Random(seed, 6, 6));
        var matrix = Measured(orthogonal);
        Assert.All(matrix.SingularValues, value => Assert.Equal(1, value, 1e-12));
        Assert.Equal(6, matrix.StableRank!.Value, 1e-9);
        Assert.Equal(6, matrix.EffectiveRank!.Value, 1e-9);
    }

    [Property(MaxTest = 20)]
    public void Scaling_scales_the_values_and_leaves_the_ranks(ushort seed)
    {
        using var scope = NewDisposeScope();
        var weights = Random(seed, 4, 7);
        var (one, three) = (Measured(weights), Measured(weights * -3));
        Assert.All(one.SingularValues.Zip(three.SingularValues), pair =>
            Assert.Equal(3 * pair.First, pair.Second, 1e-12)
        );
        Assert.Equal(one.StableRank!.Value, three.StableRank!.Value, 1e-9);
        Assert.Equal(one.EffectiveRank!.Value, three.EffectiveRank!.Value, 1e-9);
    }

    [Property(MaxTest = 20)]
    public void Squares_add_up_to_the_squared_norm_and_ranks_lie_between_one_and_full(ushort seed)
    {
        using var scope = NewDisposeScope();
        var weights = Random(seed, 5, 3, 2, 2);
        var matrix = Measured(weights);
        Assert.Equal(weights.square().sum().item<double>(), matrix.SingularValues.Sum(value => value * value), 1e-9);
        Assert.Equal(matrix.SingularValues.OrderDescending(), matrix.SingularValues);
        Assert.InRange(matrix.StableRank!.Value, 1, matrix.EffectiveRank!.Value + 1e-9);
        Assert.InRange(matrix.EffectiveRank!.Value, 1, 5);
    }

    [Fact]
    public void A_product_of_two_vectors_has_rank_one_and_zero_has_none()
    {
        using var scope = NewDisposeScope();
        var matrix = Measured(outer(arange(1, 5, ScalarType.Float64), arange(1, 4, ScalarType.Float64)));
        Assert.Equal(1, matrix.StableRank!.Value, 1e-12);
        Assert.Equal(1, matrix.EffectiveRank!.Value, 1e-6);
        var nothing = Measured(zeros(3, 4, ScalarType.Float64));
        Assert.Equal([0, 0, 0], nothing.SingularValues);
        Assert.Equal((null, null), (nothing.StableRank, nothing.EffectiveRank));
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InputException>(() => Measured(full(2, 2, double.NaN, ScalarType.Float64)));
        Assert.Contains("'weight'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_matrix_of_a_network_is_in_its_module_and_nothing_leaks()
    {
        using var network = Networks.Create("cifar_resnet8", 10, 1);
        var before = Tensor.TotalCount;
        var measured = SpectrumMeasurement.Measure(network);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(
            ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"],
            measured.Modules.Select(module => module.Name)
        );
        Assert.Equal(
            ["layer1.0.conv1.weight", "layer1.0.conv2.weight"],
            measured.Modules[1].Matrices.Select(matrix => matrix.Name)
        );
        Assert.Equal(
            (16, 144, 16),
            (
                measured.Modules[1].Matrices[0].Rows,
                measured.Modules[1].Matrices[0].Columns,
                measured.Modules[1].Matrices[0].SingularValues.Length
            )
        );
    }

    [Fact]
    public void A_table_of_biases_is_no_weight_matrix()
    {
        using var one = new One(ones(2, 2));
        one.register_parameter("relative_position_bias_table", new(ones(9, 3)));
        using var network = new Network("one", one, [new("one", [.. one.state_dict().Keys], input => input.alias())]);
        Assert.Equal("weight", SpectrumMeasurement.Measure(network).Modules.Single().Matrices.Single().Name);
    }

    private static Tensor Random(ushort seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, dtype: ScalarType.Float64, generator: generator);
    }

    // A network of the one parameter.
    private static MatrixSpectrum Measured(Tensor weights)
    {
        using var one = new One(weights);
        using var network = new Network("one", one, [new("one", ["weight"], input => input.alias())]);
        return SpectrumMeasurement.Measure(network).Modules.Single().Matrices.Single();
    }

    private sealed class One : nn.Module
    {
        public One(Tensor weights)
            : base("one") => register_parameter("weight", new(weights.clone()));
    }
}
