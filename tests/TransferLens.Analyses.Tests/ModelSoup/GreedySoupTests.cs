using System.Text.Json.Nodes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.ModelSoup;

public class GreedySoupTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 128, Precision.Float32);

    [Fact]
    public void A_greedy_soup_agrees_with_an_independent_implementation()
    {
        var fixture = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "soup.json"));
        var reference = JsonNode.Parse(fixture)!;
        var expected = reference["greedy"]!;
        using var scope = NewDisposeScope();
        using var images = RuledImages.Of([.. reference["labels"]!.AsArray().Select(label => (int)label!)]);
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using (var weights = ReferenceWeights.Of(network))
        {
            weights.CopyTo(network);
        }

        Recalibration.Run(network, images, Settings, 80, 32, TestContext.Current.CancellationToken);
        using var first = StateDict.Of(network);
        using var scaled = Changed(first, tensor => tensor.dim() == 4 ? tensor * 0.9 : tensor.clone());
        using var mixed = Changed(first, tensor =>
            tensor.is_floating_point() ? (0.75 * tensor) + (0.25 * Reversed(tensor)) : tensor.clone()
        );
        using var reversed = Changed(first, tensor =>
            tensor.is_floating_point() ? Reversed(tensor).clone() : tensor.clone()
        );
        var greedy = GreedyMeasurement.Select(
            network,
            [first, scaled, mixed, reversed],
            images,
            Settings,
            images,
            80,
            32,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(expected["members"]!.AsArray().Select(member => (int)member!), greedy.Members);
        Assert.Equal((double)expected["validation"]!, greedy.Validation, 1e-9);
        Assert.Equal((int)expected["first"]!, greedy.Steps[0].Member);
        Assert.Null(greedy.Steps[0].Barrier);
        Assert.All(greedy.Tried.Zip(expected["steps"]!.AsArray()), pair =>
        {
            var (step, other) = (pair.First, pair.Second!);
            Assert.Equal(((int)other["member"]!, (bool)other["added"]!), (step.Member, step.Added));
            Assert.Equal((double)other["own"]!, step.Score, 1e-9);
            Assert.Equal((double)other["soup"]!, step.SoupScore, 1e-9);
            Assert.Equal((double)other["barrier"]!, step.Barrier!.Value, 1e-9);
        });
        // The refused members have the higher barriers.
        Assert.True(greedy.BarrierForetold);
        // The law: never below the best member.
        Assert.True(greedy.Validation >= greedy.Steps.Max(step => step.Score));
    }

    [Fact]
    public void Copies_of_a_model_are_all_added_and_meet_no_barrier_and_the_network_is_restored()
    {
        using var images = RuledImages.Of([.. Enumerable.Range(0, 40).Select(i => i % 4)]);
        using var network = Networks.Create("fixup_resnet18", 4, 5);
        using var model = StateDict.Of(network);
        var greedy = GreedyMeasurement.Select(
            network,
            [model, model, model],
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal([0, 1, 2], greedy.Members);
        Assert.All(greedy.Tried, step => Assert.Equal((0.0, 0.0), (step.Barrier!.Value, step.LossBarrier)));
        Assert.Null(greedy.BarrierForetold);
        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(model[entry.Key])));
        Assert.Contains(
            "at least two",
            Assert.Throws<InputException>(() => GreedyMeasurement.Select(network, [model], images, Settings, cancellationToken: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Barriers_foretell_refusals_only_where_every_refused_one_is_higher()
    {
        Assert.True(Soup((true, 0.01), (false, 0.2)).BarrierForetold);
        Assert.False(Soup((true, 0.01), (false, 0.2), (false, 0.005)).BarrierForetold);
        Assert.Null(Soup((true, 0.01), (true, 0.2)).BarrierForetold);
        Assert.Null(Soup((false, 0.3)).BarrierForetold);

        static GreedySoup Soup(params (bool Added, double Barrier)[] tried) =>
            new(
                [
                    new(0, 0.9, 0.9, true, null, double.NaN),
                    .. tried.Select((one, i) => new GreedyStep(i + 1, 0.8, 0.9, one.Added, one.Barrier, 0)),
                ],
                0.9
            );
    }

    private static Tensor Reversed(Tensor tensor) => tensor.flatten().flip(0).view(tensor.shape);

    private static StateDict Changed(StateDict weights, Func<Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        return new(weights.Select(entry => KeyValuePair.Create(entry.Key, change(entry.Value))).ToList());
    }
}
