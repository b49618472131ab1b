using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>Networks made from modules of the user's own.</summary>
public sealed class NetworkFromModuleTests : IDisposable
{
    private readonly TorchSharp.Modules.Conv2d conv = nn.Conv2d(3, 4, 3);
    private readonly TorchSharp.Modules.BatchNorm2d norm = nn.BatchNorm2d(4);
    private readonly TorchSharp.Modules.Linear fc = nn.Linear(4, 2);
    private readonly Chain module;
    private readonly Tensor example = rand(2, 3, 8, 6);

    public NetworkFromModuleTests()
    {
        norm.running_mean!.fill_(0.25);
        module = new([("conv", conv), ("norm", norm), ("fc", fc)], x =>
            fc.call(norm.call(conv.call(x)).relu().mean([2, 3]))
        );
    }

    public void Dispose()
    {
        module.Dispose();
        example.Dispose();
    }

    [Theory]
    [InlineData(1, 5, 7)]
    [InlineData(3, 8, 8)]
    [InlineData(16, 4, 9)]
    public void A_chain_that_computes_what_the_module_computes_is_accepted(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (first, last) = (nn.Conv2d(channels, 4, 3), nn.Linear(4, 2));
        using var network = Network.From(
            nn.Sequential(("first", first), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("last", last)),
            [new("first", first.call), new("last", x => last.call(x.mean([2, 3])))],
            rand(2, channels, height, width),
            "mine"
        );
        Assert.Equal("mine", network.Name);
        Assert.Equal("last", network.Head.Name);
        using var images = rand(3, channels, height, width);
        using var frozen = no_grad();
        var expected = ((nn.Module<Tensor, Tensor>)network.Root).call(images);
        Assert.InRange((expected - network.forward(images)).abs().max().item<float>(), 0f, 1e-5f);
    }

    [Fact]
    public void A_forgotten_activation_is_reported_with_its_location_and_its_size()
    {
        var message = Refusal([new("conv", conv.call), new("norm", norm.call), new("fc", Head)]);
        Assert.Matches(
            @"^The declared modules of chain do not compute what its forward computes: "
                + @"the input of the layer 'fc' in module 'fc' differs by \S+ of the largest value, "
                + @"where 0.0001 is allowed\.$",
            message
        );
    }

    [Fact]
    public void A_difference_after_the_last_layer_is_reported_as_one_of_the_output()
    {
        var message = Refusal([new("conv", conv.call), new("norm", Normalize), new("fc", x => Head(x) * 1.001)]);
        Assert.Contains("the output of module 'fc' differs by 0.001 of the largest value", message);
    }

    [Fact]
    public void A_difference_that_rounding_explains_is_accepted()
    {
        using var network = Network.From(
            module,
            [new("conv", conv.call), new("norm", Normalize), new("fc", x => Head(x) * 1.00001)],
            example
        );
        Assert.Equal(3, network.Modules.Length);
    }

    [Fact]
    public void A_module_that_fails_is_reported_with_the_shape_that_it_got()
    {
        var message = Refusal([new("conv", conv.call), new("norm", Normalize), new("fc", fc.call)]);
        Assert.Contains("the input of the layer 'fc' in module 'fc' has shape (2, 4, 6, 4) instead of (2, 4)", message);
    }

    [Fact]
    public void A_module_that_changes_its_input_is_refused() =>
        Assert.Contains(
            "Module 'fc' of chain changes its input in place",
            Refusal([new("conv", conv.call), new("norm", norm.call), new("fc", x => Head(x.relu_()))])
        );

    [Fact]
    public void A_module_that_moves_running_statistics_in_evaluation_mode_is_refused_and_they_are_restored()
    {
        using var before = norm.running_mean!.clone();
        var message = Refusal([new("conv", conv.call), new("norm", Moved), new("fc", Head)]);
        Assert.Contains("Module 'norm' of chain changes the buffer 'norm.running_mean' in evaluation mode", message);
        Assert.True(before.equal(norm.running_mean).all().item<bool>());

        Tensor Moved(Tensor input)
        {
            norm.running_mean!.add_(1);
            return Normalize(input);
        }
    }

    [Fact]
    public void Every_tensor_belongs_to_one_module()
    {
        Assert.Contains(
            "'norm.weight' of chain belongs to none of the declared modules",
            Refusal([new("conv", x => Normalize(conv.call(x))), new("fc", Head)])
        );
        Assert.Contains(
            "belongs to 'conv' and 'norm' of the declared modules",
            Refusal([new("conv", ["conv", "norm"], conv.call), new("norm", Normalize), new("fc", Head)])
        );
    }

    [Fact]
    public void Modes_stay_as_they_were()
    {
        module.train();
        norm.eval();
        using var network = Network.From(module, Declared, example);
        Assert.True(module.training && conv.training && fc.training);
        Assert.False(norm.training);
    }

    [Fact]
    public void An_architecture_of_the_user_is_created_from_a_seed_and_recognized_by_its_tensors()
    {
        var mine = new NetworkArchitecture("mine", ["conv", "fc"], Create) { SmallestSize = 4 };
        using var scope = NewDisposeScope();
        using var state = get_rng_state();
        using var first = mine.Create(5, seed: 1);
        using var second = mine.Create(5, seed: 1);
        using var other = mine.Create(5, seed: 2);
        Assert.True(state.equal(get_rng_state()).all().item<bool>());
        using var weights = StateDict.Of(first);
        Assert.True(weights["fc.weight"].equal(second.state_dict()["fc.weight"]).all().item<bool>());
        Assert.False(weights["fc.weight"].equal(other.state_dict()["fc.weight"]).all().item<bool>());
        Assert.Null(NetworkFit.Find(weights));
        Assert.Equal((mine, 5), NetworkFit.Find(weights, [.. Networks.All, mine]));
        Assert.Same(mine, NetworkDeclaration.Find([.. Networks.All, mine], "mine"));

        static Network Create(int classes)
        {
            var (conv, fc) = (nn.Conv2d(3, 4, 3), nn.Linear(4, classes));
            return Network.From(
                nn.Sequential(("conv", conv), ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("fc", fc)),
                [new("conv", conv.call), new("fc", x => fc.call(x.mean([2, 3])))],
                zeros(1, 3, 8, 8)
            );
        }
    }

    [Fact]
    public void An_architecture_that_creates_other_modules_than_it_declares_is_refused()
    {
        var wrong = new NetworkArchitecture("wrong", ["conv1", "fc"], _ => Network.From(module, Declared, example));
        Assert.Contains(
            "was created with conv, norm, fc",
            Assert.Throws<InputException>(() => wrong.Create(2, 1)).Message
        );
    }

    private NetworkModule[] Declared => [new("conv", conv.call), new("norm", Normalize), new("fc", Head)];

    private Tensor Normalize(Tensor input) => norm.call(input).relu();

    private Tensor Head(Tensor input) => fc.call(input.mean([2, 3]));

    private string Refusal(NetworkModule[] modules) =>
        Assert.Throws<InputException>(() => Network.From(module, modules, example)).Message;
}
