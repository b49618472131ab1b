using FsCheck.Xunit;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

public class LinearCkaTests
{
    private static Tensor Gaussian(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, dtype: ScalarType.Float64, generator: generator);
    }

    [Property(MaxTest = 20)]
    public void Features_are_as_similar_as_can_be_to_themselves(ushort seed, byte more)
    {
        using var x = Gaussian(seed, 4 + (more % 40), 1 + (more % 7));
        var cka = LinearCka.Between(x, x);
        Assert.Equal(1, cka.Biased!.Value, 1e-12);
        Assert.True(cka.Debiased is null || Math.Abs(cka.Debiased.Value - 1) < 1e-9);
    }

    [Property(MaxTest = 20)]
    public void Rotation_isotropic_scaling_shift_and_order_change_nothing(ushort seed, byte scale)
    {
        using var scope = NewDisposeScope();
        var (x, noise) = (Gaussian(seed, 30, 12), Gaussian(seed + 1UL, 30, 12));
        var y = x.square() + noise;
        var (rotation, _) = linalg.qr(Gaussian(seed + 2UL, 12, 12));
        var moved = (y.matmul(rotation) * ((scale + 1) / 16.0)) + 3;
        var order = randperm(30);
        var (before, after, reordered) = (
            LinearCka.Between(x, y),
            LinearCka.Between(x, moved),
            LinearCka.Between(x[order], y[order])
        );
        Assert.Equal(before.Biased!.Value, after.Biased!.Value, 1e-10);
        Assert.Equal(before.Debiased!.Value, after.Debiased!.Value, 1e-10);
        Assert.Equal(before.Debiased!.Value, reordered.Debiased!.Value, 1e-10);
        Assert.Equal(before.Debiased!.Value, LinearCka.Between(y, x).Debiased!.Value, 1e-12);
    }

    [Fact]
    public void Independent_features_that_outnumber_examples_fool_the_biased_estimator_only()
    {
        var debiased = new List<double>();
        for (var seed = 0UL; seed < 20; seed++)
        {
            using var x = Gaussian(2 * seed, 32, 1024);
            using var y = Gaussian((2 * seed) + 1, 32, 1024);
            var cka = LinearCka.Between(x, y);
            Assert.Equal(0.97, cka.Biased!.Value, 0.01);
            Assert.Equal(0, cka.Debiased!.Value, 0.2);
            debiased.Add(cka.Debiased.Value);
        }

        Assert.Equal(0, debiased.Average(), 0.03);
        Assert.Contains(debiased, value => value < 0);
    }

    [Theory]
    [InlineData(3, 2.0)]
    [InlineData(20, 0.7)]
    public void Nineteen_of_twenty_intervals_hold_the_similarity_of_all_examples(int shared, double noise)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Gaussian(1, shared, 40), Gaussian(2, shared, 40));
        var truth = Enumerable.Range(0, 8).Average(seed => Draw(400, 100_000 + (10 * seed)).Debiased!.Value);
        var draws = Enumerable.Range(0, 100).Select(seed => Draw(40, 10 * seed)).ToList();
        Assert.InRange(truth, 0.05, 0.8);
        Assert.InRange(
            draws.Count(cka => cka.DebiasedInterval!.Low <= truth && truth <= cka.DebiasedInterval.High) / 100.0,
            0.9,
            1
        );
        // And they are no wider than they need to be: their half width is about twice the spread of the draws.
        var mean = draws.Average(cka => cka.Debiased!.Value);
        var spread = Math.Sqrt(draws.Average(cka => Math.Pow(cka.Debiased!.Value - mean, 2)));
        Assert.InRange(
            draws.Average(cka => cka.DebiasedInterval!.High - cka.DebiasedInterval.Low) / (4 * spread),
            0.8,
            1.5
        );
        var centre = draws.Average(cka => cka.Biased!.Value);
        Assert.InRange(
            draws.Count(cka => cka.BiasedInterval!.Low <= centre && centre <= cka.BiasedInterval.High) / 100.0,
            0.9,
            1
        );

        // Features that share some directions, rectified as a network's are.
        Cka Draw(int count, int seed)
        {
            using var step = NewDisposeScope();
            var common = Gaussian((ulong)seed, count, shared);
            var x = (common.matmul(a) + (Gaussian((ulong)seed + 1, count, 40) * noise)).relu();
            var y = (common.matmul(b) + (Gaussian((ulong)seed + 2, count, 40) * noise)).relu();
            return LinearCka.Between(x, y);
        }
    }

    [Fact]
    public void Constant_features_are_similar_to_nothing()
    {
        using var x = Gaussian(1, 10, 3);
        using var constant = full([10, 4], 0.1);
        Assert.Equal(new Cka(null, null), LinearCka.Between(x, constant));
        using var dead = zeros(10, 4);
        Assert.Equal(new Cka(null, null), LinearCka.Between(dead, x));
    }

    [Fact]
    public void Fewer_than_four_examples_or_different_ones_are_refused()
    {
        using var three = Gaussian(1, 3, 5);
        using var four = Gaussian(1, 4, 5);
        Assert.Throws<InputException>(() => LinearCka.Between(three, three));
        Assert.Throws<InputException>(() => LinearCka.Between(three, four));
        Assert.Equal(1, LinearCka.Between(four, four).Debiased!.Value, 1e-9);
        Assert.Null(LinearCka.Between(four, four).DebiasedInterval);
    }
}
