using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Residual networks without normalization (Zhang, Dauphin, Ma 2019, "Fixup Initialization: Residual Learning Without
/// Normalization"), with the tensor names and initialization of the authors' code for ImageNet.
/// </summary>
/// <remarks>
/// Fixup initializes the head with zeros. This class uses PyTorch's default, as the transfer-learning paper does: with
/// a head of zeros no gradient reaches the other modules in the first step. The stem has PyTorch's default too, as in
/// the authors' code. There are no running statistics, so interpolated networks need no recalibration.
/// </remarks>
internal static class FixupNetwork
{
    /// <summary><c>fixup_resnetN</c>.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [.. ResidualFamily.ImageNetDepths.Select(network => Declare(network.Depth, network.Blocks))];

    private static NetworkArchitecture Declare(int depth, int[] blocks)
    {
        var (name, bottleneck) = ($"fixup_resnet{depth}", ResidualFamily.IsBottleneck(depth));
        return ResidualFamily.Declare(name, "fc", normalized: false, blocks, (classes, generator) =>
            ImageNet(name, blocks, bottleneck, classes, generator)
        );
    }

    /// <summary>A 7x7 stem with pooling, four stages as in torchvision's resnets, head <c>fc</c>.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="counts">Number of blocks in each stage.</param>
    /// <param name="bottleneck">Whether blocks have three convolutions instead of two.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    private static Network ImageNet(string name, int[] counts, bool bottleneck, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var (bias1, bias2) = (
            root.Add("bias1", new Parameter(NewWeights.Zeros(1))),
            root.Add("bias2", new Parameter(NewWeights.Zeros(1)))
        );
        var stem = root.Add("conv1", new Convolution(3, 64, 7, 2, 3));
        WeightInitialization.WeightDefault(stem.Weight, generator);
        List<NetworkModule> modules =
        [
            new("conv1", ["conv1", "bias1"], x => Stem(x, stem, bias1))
            {
                Write = (graph, x) => WriteStem(graph, x, stem, bias1),
            },
        ];
        var width = 64L;
        for (var stage = 1; stage <= 4; stage++)
        {
            var (inputs, outputs) = (width, (64L << (stage - 1)) * (bottleneck ? 4 : 1));
            var stride = stage == 1 ? 1 : 2;
            FixupBlock[] blocks =
            [
                .. Enumerable
                    .Range(0, counts[stage - 1])
                    .Select(i =>
                        i == 0
                            ? new FixupBlock(inputs, outputs, stride, bottleneck)
                            : new FixupBlock(outputs, outputs, 1, bottleneck)
                    ),
            ];
            Array.ForEach(blocks, block => block.Initialize(counts.Sum(), generator));
            modules.AddRange(root.AddStage(stage, blocks));
            width = outputs;
        }

        var linear = root.Add("fc", new Linear(width, classes));
        WeightInitialization.LinearDefault(linear, generator);
        modules.Add(
            new("fc", ["bias2", "fc"], x => Head(x, bias2, linear))
            {
                Write = (graph, x) => linear.Write(graph, graph.Plus(graph.MeanOfPositions(x), graph.Weight(bias2))),
            }
        );
        return new(name, root, modules);
    }

    private static Tensor Stem(Tensor input, Convolution convolution, Parameter bias)
    {
        using var scope = NewDisposeScope();
        var value = convolution.forward(input).add_(bias.to(input.dtype)).relu_();
        return nn.functional.max_pool2d(value, 3, 2, 1).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteStem(GraphWriter graph, GraphValue input, Convolution convolution, Parameter bias)
    {
        var value = graph.Plus(convolution.Write(graph, input), graph.Weight(bias));
        return graph.MaxPool(Activation.Relu.Write(graph, value), 3, 2, 1);
    }

    private static Tensor Head(Tensor input, Parameter bias, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.mean([2, 3]) + bias.to(input.dtype)).MoveToOuterDisposeScope();
    }
}
