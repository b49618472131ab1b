using TorchSharp.Modules;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Training;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

public sealed class NormalizedActivationTests
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    public static TheoryData<long[], bool, ScalarType> Cases =>
        new()
        {
            { [5, 16, 7, 9], false, ScalarType.Float32 },
            { [5, 16, 7, 9], true, ScalarType.Float32 },
            { [3, 48, 11, 5], true, ScalarType.Float32 },
            { [2, 512, 3, 3], false, ScalarType.Float32 },
            { [40, 64, 24, 24], true, ScalarType.Float32 },
            { [16, 128, 1, 1], false, ScalarType.Float32 },
            { [5, 16, 7, 9], true, ScalarType.BFloat16 },
            { [40, 64, 24, 24], false, ScalarType.BFloat16 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_gradients_and_statistics_are_those_of_libtorch_in_float64(
        long[] shape,
        bool hasResidual,
        ScalarType format
    )
    {
        using var scope = NewDisposeScope();
        var drawn = Given.Random(shape, hasResidual, format);
        // Rounding decides on which side of ReLU's corner a value is: none near it has a gradient.
        var corner = PreActivation(drawn).abs().lt(1e-4);
        var given = drawn with { Gradient = drawn.Gradient.masked_fill(corner, 0) };
        var expected = Reference(given);
        var (results, state) = Compute(given);
        // bfloat16 has 8 bits: the output and the gradients of activations are rounded to them.
        var tolerance = format == ScalarType.Float32 ? 1e-5 : 1.0 / 128;
        foreach (var (name, (value, reference)) in Pairs(results, expected))
        {
            var difference = (value.to(ScalarType.Float64) - reference).abs().max().item<double>();
            var scale = reference.abs().max().item<double>();
            Assert.True(difference <= tolerance * scale, $"{name}: {difference} of {scale}");
        }

        var all = given.Input.to(ScalarType.Float64);
        Assert.True(allclose(state.Mean.to(ScalarType.Float64), all.mean([0, 2, 3]) * Momentum, 1e-5, 1e-6));
        var variance = all.var([0L, 2, 3], unbiased: true);
        Assert.True(
            allclose(state.Variance.to(ScalarType.Float64), (variance * Momentum) + (1 - Momentum), 1e-5, 1e-6)
        );
    }

    [Fact]
    public void Any_number_of_threads_gives_equal_bits()
    {
        using var scope = NewDisposeScope();
        var given = Given.Random([40, 64, 24, 24], hasResidual: true, ScalarType.Float32);
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Compute(given).Results;
            set_num_threads(2);
            var two = Compute(given).Results;
            Assert.All(Pairs(one, two), pair => Assert.True(AreEqual(pair.Value), pair.Key));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void A_channel_that_is_not_finite_stays_so_and_leaves_the_others()
    {
        using var scope = NewDisposeScope();
        var given = Given.Random([4, 16, 5, 5], hasResidual: false, ScalarType.Float32);
        given.Input[0, 3, 0, 0] = float.NaN;
        var output = Compute(given).Results.Output;
        var counts = output.isfinite().logical_not().sum([0, 2, 3]).data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, 16).Select(channel => channel == 3 ? 100L : 0), counts);
    }

    [Fact]
    public void A_gradient_of_another_order_in_memory_counts_the_same()
    {
        using var scope = NewDisposeScope();
        var given = Given.Random([6, 16, 4, 4], hasResidual: true, ScalarType.Float32);
        var contiguous = given with { Gradient = given.Gradient.contiguous() };
        Assert.NotEqual(given.Gradient.stride(), contiguous.Gradient.stride());
        var (one, two) = (Compute(given).Results, Compute(contiguous).Results);
        Assert.All(Pairs(one, two), pair => Assert.True(AreEqual(pair.Value), pair.Key));
    }

    [Theory]
    [InlineData(16)] // fits
    [InlineData(24)] // no multiple of 16: the operations one after the other
    public void The_layer_gives_the_same_either_way(long channels)
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(channels);
        using var plain = new BatchNormalization(channels);
        var input = randn(6, channels, 5, 4).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        var residual = randn_like(input);
        using (no_grad())
        {
            Check();
        }

        Check();
        Assert.Equal(2, layer.get_buffer("num_batches_tracked")!.item<long>());

        void Check()
        {
            var expected = (plain.forward(input) + residual).relu();
            Assert.True(allclose(layer.Activated(input, residual), expected, 1e-5, 1e-5));
        }
    }

    [Fact]
    public void Tensors_are_freed_after_backward_passes()
    {
        using var scope = NewDisposeScope();
        var given = Given.Random([4, 16, 5, 5], hasResidual: true, ScalarType.Float32);
        var (input, residual) = (given.Input.requires_grad_(), given.Residual!.requires_grad_());
        var state = NewState(given);
        Pass();
        var before = Tensor.TotalCount;
        Pass();
        Pass();
        Assert.Equal(before, Tensor.TotalCount);

        void Pass()
        {
            using var inner = NewDisposeScope();
            var output = NormalizedActivation.Compute(input, residual, state, Epsilon, Momentum);
            BackwardPass.Run(output, given.Gradient);
        }
    }

    private sealed record Results(Tensor Output, Tensor Input, Tensor Weight, Tensor Bias, Tensor? Residual);

    private sealed record Given(Tensor Input, Tensor? Residual, Tensor Weight, Tensor Bias, Tensor Gradient)
    {
        // With a mean far from 0, so that the variance is a small difference of large sums.
        public static Given Random(long[] shape, bool hasResidual, ScalarType format)
        {
            using var generator = new Generator(7);
            Tensor Draw(double mean) =>
                (randn(shape, generator: generator) + mean)
                    .permute(0, 2, 3, 1)
                    .contiguous()
                    .permute(0, 3, 1, 2)
                    .to(format);
            var channels = shape[1];
            return new(
                Draw(30),
                hasResidual ? Draw(0.1) : null,
                rand([channels], generator: generator) - 0.3,
                randn([channels], generator: generator),
                Draw(0.2)
            );
        }
    }

    private static Dictionary<string, (Tensor First, Tensor Second)> Pairs(Results first, Results second)
    {
        var pairs = new Dictionary<string, (Tensor First, Tensor Second)>
        {
            ["output"] = (first.Output, second.Output),
            ["gradient of the input"] = (first.Input, second.Input),
            ["gradient of the weight"] = (first.Weight, second.Weight),
            ["gradient of the bias"] = (first.Bias, second.Bias),
        };
        if (first.Residual is not null)
        {
            pairs["gradient of the residual"] = (first.Residual, second.Residual!);
        }

        return pairs;
    }

    private static bool AreEqual((Tensor First, Tensor Second) pair) => pair.First.eq(pair.Second).all().item<bool>();

    private static Tensor PreActivation(Given given)
    {
        var normalized = nn.functional.batch_norm(
            given.Input.to(ScalarType.Float64),
            null,
            null,
            given.Weight.to(ScalarType.Float64),
            given.Bias.to(ScalarType.Float64),
            training: true,
            eps: Epsilon
        );
        return given.Residual is null ? normalized : normalized + given.Residual.to(ScalarType.Float64);
    }

    private static Results Reference(Given given)
    {
        var leaves = given with
        {
            Input = Leaf(given.Input),
            Weight = Leaf(given.Weight),
            Bias = Leaf(given.Bias),
            Residual = given.Residual is null ? null : Leaf(given.Residual),
        };
        var output = PreActivation(leaves).relu();
        BackwardPass.Run(output, given.Gradient.to(ScalarType.Float64));
        return new(output.detach(), leaves.Input.grad!, leaves.Weight.grad!, leaves.Bias.grad!, leaves.Residual?.grad);

        static Tensor Leaf(Tensor values) => values.to(ScalarType.Float64).detach().requires_grad_();
    }

    private static NormalizationState NewState(Given given)
    {
        var channels = given.Weight.shape[0];
        return new(
            new Parameter(given.Weight.clone()),
            new Parameter(given.Bias.clone()),
            zeros(channels),
            ones(channels),
            zeros([1], ScalarType.Int64)
        );
    }

    private static (Results Results, NormalizationState State) Compute(Given given)
    {
        var input = given.Input.clone().requires_grad_();
        var residual = given.Residual?.clone().requires_grad_();
        var state = NewState(given);
        var output = NormalizedActivation.Compute(input, residual, state, Epsilon, Momentum);
        BackwardPass.Run(output, given.Gradient);
        return (new(output.detach(), input.grad!, state.Weight.grad!, state.Bias.grad!, residual?.grad), state);
    }
}
