using TransferLens.Analyses.FeatureSimilarity;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

public class RowProductsTests
{
    private static Tensor Features(ulong seed, int rows, int features)
    {
        using var generator = new Generator(seed);
        return randn(rows, features, generator: generator);
    }

    private static void With(int threads, Action work)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            work();
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // One feature, one row; not whole vectors, tiles, panels and stretches of features, and just whole ones.
    public static TheoryData<int, int, int> Shapes =>
        new()
        {
            { 1, 1, 1 },
            { 4, 4, 16 },
            { 5, 7, 13 },
            { 3, 130, 17 },
            { 130, 3, 1024 },
            { 128, 128, 1025 },
            { 9, 257, 2500 },
            { 125, 125, 4096 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void They_are_those_of_float64(int rows, int columns, int features)
    {
        using var scope = NewDisposeScope();
        var (first, second) = (Features(1, rows, features), Features(2, columns, features));
        var (exact, start) = (
            first.to(ScalarType.Float64).matmul(second.to(ScalarType.Float64).t()),
            Features(3, rows, columns).to(ScalarType.Float64)
        );
        foreach (var threads in new[] { 1, 2 })
        {
            var sums = start.clone();
            With(threads, () => RowProducts.Add(first, second, sums));
            Close(exact, sums - start, features);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_with_themselves_give_the_same_and_a_symmetric_matrix(int rows, int columns, int features)
    {
        using var scope = NewDisposeScope();
        var own = Features(1, Math.Max(rows, columns), features);
        var exact = own.to(ScalarType.Float64).matmul(own.to(ScalarType.Float64).t());
        foreach (var threads in new[] { 1, 2 })
        {
            var sums = zeros_like(exact);
            With(threads, () => RowProducts.Add(own, own, sums));
            Close(exact, sums, features);
            Assert.True(sums.equal(sums.t()).all().item<bool>());
        }
    }

    // A few roundings of float32, of products as large as the rows are long.
    private static void Close(Tensor exact, Tensor sums, int features) =>
        Assert.InRange((sums - exact).abs().max().item<double>(), 0, 2e-7 * (features + 10));

    [Fact]
    public void What_is_no_plain_float32_does_not_fit()
    {
        using var scope = NewDisposeScope();
        var features = Features(1, 4, 6);
        Assert.False(RowProducts.Fit(features.to(ScalarType.Float64)));
        Assert.False(RowProducts.Fit(features.t()));
    }
}
