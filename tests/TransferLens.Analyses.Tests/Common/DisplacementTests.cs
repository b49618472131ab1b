using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

public sealed class DisplacementTests : IDisposable
{
    private readonly Network network = Networks.Create("cifar_resnet8", 10, 0);
    private readonly List<StateDict> made = [];

    public void Dispose()
    {
        made.ForEach(weights => weights.Dispose());
        network.Dispose();
    }

    [Fact]
    public void Distances_and_cosines_are_those_of_NumPy()
    {
        var expected = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "distance.json"))
        )!;
        var weights = Keep(ReferenceWeights.Of(network));
        var measured = Measure(
            Turned(weights, 0, 0.5f),
            Turned(weights, 0, 1),
            Turned(weights, 3, 0.75f),
            Turned(weights, 3, 1)
        );
        Same(
            expected["total"]!,
            new("", measured.Body, measured.Began, measured.FirstMoved, measured.SecondMoved, measured.Cosine)
        );
        Assert.Equal(
            ["conv1", "layer1.0", "layer2.0", "layer3.0"],
            measured.Modules.Select(module => module.Name)
        );
        Assert.All(measured.Modules, module => Same(expected["modules"]![module.Name]!, module));
    }

    [Fact]
    public void A_model_against_itself_is_nowhere_apart_and_moved_alike()
    {
        var (start, end) = (Random(1), Random(2));
        var measured = Measure(end, start, end, start);
        Assert.Equal((0.0, 0.0), (measured.Body, measured.Began));
        Assert.True(measured.FirstMoved > 1);
        Assert.Equal(measured.FirstMoved, measured.SecondMoved);
        Assert.Equal(1, measured.Cosine!.Value, 1e-12);
        Assert.All(measured.Modules, module => Assert.Equal(1, module.Cosine!.Value, 1e-12));
    }

    [Fact]
    public void Models_that_did_not_move_are_as_far_apart_as_they_began_and_have_no_direction()
    {
        var (one, other) = (Random(1), Random(2));
        var measured = Measure(one, one, other, other);
        Assert.True(measured.Body > 1);
        Assert.Equal(measured.Body, measured.Began);
        Assert.Equal((0.0, 0.0, null), (measured.FirstMoved, measured.SecondMoved, measured.Cosine));
        Assert.All(measured.Modules, module =>
        {
            Assert.Equal(module.Distance, module.Began);
            Assert.Null(module.Cosine);
        });
    }

    [Fact]
    public void Against_P_a_run_that_began_there_has_moved_by_their_distance()
    {
        var (p, tuned) = (Random(1), Random(2));
        var measured = Measure(tuned, p, p, p);
        Assert.Equal(measured.Body, measured.FirstMoved);
        Assert.Equal((0.0, 0.0, null), (measured.Began, measured.SecondMoved, measured.Cosine));
        Assert.Equal(DistanceMeasurement.Measure(network, tuned, p, otherHeads: true).Total, measured.Body);
    }

    [Fact]
    public void A_longer_way_in_one_direction_has_cosine_one_back_minus_one_and_across_zero()
    {
        var (start, other, still) = (Random(1), Random(2), Random(3));
        var step = Filled(start, _ => 0.25f);
        var (once, thrice, back) = (
            Combined(start, step, 1),
            Combined(other, step, 3),
            Combined(other, step, -2)
        );
        var same = Measure(once, start, thrice, other);
        Assert.Equal(1, same.Cosine!.Value, 1e-5);
        Assert.Equal(3 * same.FirstMoved, same.SecondMoved, 1e-4);
        Assert.Equal(-1, Measure(once, start, back, other).Cosine!.Value, 1e-5);

        // One moves in the first convolution only, the other in the last block only.
        var first = Combined(still, Filled(start, name => name == "conv1.weight" ? 1 : 0), 1);
        var last = Combined(still, Filled(start, name => name == "layer3.0.conv2.weight" ? 1 : 0), 1);
        var across = Measure(first, still, last, still);
        Assert.Equal(0, across.Cosine!.Value);
        Assert.All(across.Modules, module => Assert.Null(module.Cosine));
        Assert.Equal(Math.Sqrt(16 * 27), across.FirstMoved, 1e-4);
        Assert.Equal(Math.Sqrt(64 * 576), across.SecondMoved, 1e-3);
    }

    [Fact]
    public void Turning_all_four_models_alike_or_scaling_them_keeps_angles()
    {
        StateDict[] four = [Random(1), Random(2), Random(3), Random(4)];
        var measured = Measure(four);
        // A permutation of each tensor's values is orthogonal.
        var turned = Measure([.. four.Select(weights => Turned(weights, 5, 1))]);
        Assert.Equal(measured.Body, turned.Body, 1e-9);
        Assert.Equal(measured.FirstMoved, turned.FirstMoved, 1e-9);
        Assert.Equal(measured.Cosine!.Value, turned.Cosine!.Value, 1e-12);
        var scaled = Measure([.. four.Select(weights => Combined(weights, weights, -3))]);
        Assert.Equal(2 * measured.Body, scaled.Body, 1e-4);
        Assert.Equal(2 * measured.Began, scaled.Began, 1e-4);
        Assert.Equal(2 * measured.SecondMoved, scaled.SecondMoved, 1e-4);
        Assert.Equal(measured.Cosine.Value, scaled.Cosine!.Value, 1e-6);
    }

    [Property(MaxTest = 10)]
    public void The_distance_follows_from_start_and_displacements(byte seed)
    {
        var (first, initial, second, other) = (Random(seed), Random(seed + 1), Random(seed + 2), Random(seed + 3));
        var measured = Measure(first, initial, second, other);
        Assert.InRange(
            measured.Body,
            measured.Began - measured.FirstMoved - measured.SecondMoved,
            measured.Began + measured.FirstMoved + measured.SecondMoved
        );
        Assert.InRange(measured.Cosine!.Value, -1, 1);
        Assert.Equal(Square(measured.Body), measured.Modules.Sum(module => Square(module.Distance)), 1e-6);
        Assert.Equal(Square(measured.Began), measured.Modules.Sum(module => Square(module.Began)), 1e-6);
        Assert.Equal(Square(measured.FirstMoved), measured.Modules.Sum(module => Square(module.FirstMoved)), 1e-6);

        // From one start the law of cosines holds.
        var alike = Measure(first, initial, second, initial);
        Assert.Equal(0, alike.Began);
        Assert.Equal(
            Square(alike.FirstMoved)
                + Square(alike.SecondMoved)
                - (2 * alike.FirstMoved * alike.SecondMoved * alike.Cosine!.Value),
            Square(alike.Body),
            1e-6
        );

        // The other way round, the two change places.
        var swapped = Measure(second, other, first, initial);
        Assert.Equal(
            (measured.Body, measured.Began, measured.FirstMoved, measured.SecondMoved, measured.Cosine),
            (swapped.Body, swapped.Began, swapped.SecondMoved, swapped.FirstMoved, swapped.Cosine)
        );
    }

    [Fact]
    public void Heads_and_buffers_count_nothing_and_heads_may_differ_in_classes()
    {
        StateDict[] four = [Random(1), Random(2), Random(3), Random(4)];
        var before = Measure(four);
        four[0]["linear.weight"].fill_(7);
        four[1]["bn1.running_mean"].fill_(7);
        Same(before, Measure(four));
        var p = Random(5, classes: 3);
        Assert.Equal(0, Measure(four[0], four[1], p, p).SecondMoved);
    }

    [Fact]
    public void A_parameter_that_is_missing_or_has_two_shapes_is_named()
    {
        using var empty = new StateDict([]);
        var own = Random(1);
        var reshaped = Changed(own, (name, tensor) => name == "conv1.weight" ? tensor[0] : tensor.clone());
        Assert.Equal(
            "The parameter 'conv1.weight' is missing from one of the weights; compare two models of one network.",
            Assert.Throws<InputException>(() => Measure(own, empty, own, empty)).Message
        );
        Assert.Equal(
            "The parameter 'conv1.weight' has shape [16, 3, 3, 3] in the first weights and [3, 3, 3] in the second; "
                + "compare two models of one network.",
            Assert.Throws<InputException>(() => Measure(own, reshaped, own, reshaped)).Message
        );
    }

    private DisplacementResult Measure(params StateDict[] four) =>
        DisplacementMeasurement.Measure(network, four[0], four[1], four[2], four[3]);

    private static double Square(double value) => value * value;

    private static void Same(JsonNode expected, ModuleDisplacement measured)
    {
        Assert.Equal((double)expected["distance"]!, measured.Distance, 1e-9);
        Assert.Equal((double)expected["began"]!, measured.Began, 1e-9);
        Assert.Equal((double)expected["firstMoved"]!, measured.FirstMoved, 1e-9);
        Assert.Equal((double)expected["secondMoved"]!, measured.SecondMoved, 1e-9);
        Assert.Equal((double)expected["cosine"]!, measured.Cosine!.Value, 1e-9);
    }

    private static void Same(DisplacementResult expected, DisplacementResult measured)
    {
        Assert.Equal(expected with { Modules = [] }, measured with { Modules = [] });
        Assert.Equal(expected.Modules, measured.Modules);
    }

    private StateDict Random(int seed, int classes = 10)
    {
        using var other = Networks.Create("cifar_resnet8", classes, seed);
        return Keep(StateDict.Of(other));
    }

    // As in tests/reference/distance.py.
    private StateDict Turned(StateDict weights, int places, float share) =>
        Changed(
            weights,
            (_, tensor) =>
            {
                var flat = tensor.flatten();
                return ((flat.roll(places) * share) + (flat.roll(1) * (1 - share))).view(tensor.shape);
            }
        );

    private StateDict Combined(StateDict weights, StateDict step, float times) =>
        Changed(weights, (name, tensor) => tensor + (step[name] * times));

    private StateDict Filled(StateDict like, Func<string, float> value) =>
        Changed(like, (name, tensor) => full_like(tensor, value(name)));

    private StateDict Changed(StateDict weights, Func<string, Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        return Keep(
            new StateDict(
                weights.Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        entry.Value.is_floating_point() ? change(entry.Key, entry.Value) : entry.Value.clone()
                    )
                )
            )
        );
    }

    private StateDict Keep(StateDict weights)
    {
        made.Add(weights);
        return weights;
    }
}
