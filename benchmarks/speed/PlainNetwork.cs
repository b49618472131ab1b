using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Speed;

/// <summary>resnet20 for CIFAR as one writes it in TorchSharp, with the names of the published weights.</summary>
internal sealed class PlainNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Convolution(3, 16, 1);
    private readonly BatchNorm2d bn1 = nn.BatchNorm2d(16);
    private readonly List<PlainBlock> blocks = [];
    private readonly Linear linear;

    public PlainNetwork(int classes)
        : base("resnet20")
    {
        register_module("conv1", conv1);
        register_module("bn1", bn1);
        for (var stage = 1; stage <= 3; stage++)
        {
            var layers = Enumerable
                .Range(0, 3)
                .Select(i => new PlainBlock(i > 0 || stage == 1 ? 8 << stage : 4 << stage, 8 << stage))
                .ToList();
            blocks.AddRange(layers);
            register_module($"layer{stage}", nn.Sequential([.. layers]));
        }

        register_module("linear", linear = nn.Linear(64, classes));
    }

    public override Tensor forward(Tensor input)
    {
        var value = blocks.Aggregate(bn1.forward(conv1.forward(input)).relu(), (x, block) => block.forward(x));
        return linear.forward(nn.functional.avg_pool2d(value, value.shape[3]).flatten(1));
    }

    /// <summary>A 3x3 convolution without biases.</summary>
    internal static Conv2d Convolution(long inputs, long outputs, long stride) =>
        nn.Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
}

/// <summary>Its block, with the shortcut of option A.</summary>
internal sealed class PlainBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly long padding;

    public PlainBlock(long inputs, long outputs)
        : base("block")
    {
        padding = (outputs - inputs) / 2;
        register_module("conv1", conv1 = PlainNetwork.Convolution(inputs, outputs, padding > 0 ? 2 : 1));
        register_module("bn1", bn1 = nn.BatchNorm2d(outputs));
        register_module("conv2", conv2 = PlainNetwork.Convolution(outputs, outputs, 1));
        register_module("bn2", bn2 = nn.BatchNorm2d(outputs));
    }

    public override Tensor forward(Tensor input)
    {
        var value = bn2.forward(conv2.forward(bn1.forward(conv1.forward(input)).relu()));
        var every = TensorIndex.Slice(null, null, 2);
        var shortcut =
            padding > 0
                ? nn.functional.pad(input[TensorIndex.Ellipsis, every, every], [0, 0, 0, 0, padding, padding])
                : input;
        return (value + shortcut).relu();
    }
}
