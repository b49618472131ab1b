using System.Collections.Immutable;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// DenseNet (Huang et al. 2017), with the names and the initialization of torchvision 0.14: a module is the stem, a dense layer, a
/// transition, the last normalization with its activation, or the head.
/// </summary>
/// <remarks>A dense layer's output is what the next one receives: its own 32 channels behind all those before it in its block.</remarks>
internal static class DenseNetwork
{
    private const long Growth = 32;

    private static readonly ImmutableArray<int> Counts = [6, 12, 24, 16];

    /// <summary>DenseNet of 121 layers.</summary>
    public static NetworkArchitecture Architecture { get; } =
        new(
            "densenet121",
            [
                "features.conv0",
                .. Counts.SelectMany(
                    (count, i) =>
                        Enumerable
                            .Range(1, count)
                            .Select(layer => $"features.denseblock{i + 1}.denselayer{layer}")
                            .Concat(i < 3 ? [$"features.transition{i + 1}"] : [])
                ),
                "features.norm5",
                "classifier",
            ],
            tensors =>
                tensors.Contains("features.norm5.weight")
                && tensors.Contains("classifier.weight")
                && Counts
                    .Select((count, i) => (count, $"features.denseblock{i + 1}."))
                    .All(block =>
                        tensors.Count(name =>
                            name.StartsWith(block.Item2, StringComparison.Ordinal)
                            && name.EndsWith(".conv1.weight", StringComparison.Ordinal)
                        ) == block.count
                    ),
            Make
        )
        {
            LastStage = "features.denseblock4.denselayer1",
        };

    private static Network Make(int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var stem = new NormalizedConvolution(
            Convolved("features.conv0", 3, 64, 7, 2),
            Normalized("features.norm0", 64)
        );
        List<NetworkModule> modules = [new("features.conv0", ["features.conv0", "features.norm0"], x => Stem(x, stem))];
        var width = 64L;
        for (var block = 1; block <= Counts.Length; block++)
        {
            for (var i = 1; i <= Counts[block - 1]; i++)
            {
                modules.Add(DenseLayer($"features.denseblock{block}.denselayer{i}", width));
                width += Growth;
            }

            if (block < Counts.Length)
            {
                modules.Add(Transition($"features.transition{block}", width));
                width /= 2;
            }
        }

        var last = Normalized("features.norm5", width);
        modules.Add(new("features.norm5", ["features.norm5"], x => Activated(x, last)));
        var linear = root.Add("classifier", new Linear(width, classes));
        WeightInitialization.WeightDefault(linear.Weight, generator);
        modules.Add(new("classifier", ["classifier"], x => Head(x, linear)));
        return new(Architecture.Name, root, modules);

        NetworkModule DenseLayer(string name, long inputs)
        {
            var before = Normalized($"{name}.norm1", inputs);
            var narrow = new NormalizedConvolution(
                Convolved($"{name}.conv1", inputs, 4 * Growth, 1),
                Normalized($"{name}.norm2", 4 * Growth)
            );
            var grow = Convolved($"{name}.conv2", 4 * Growth, Growth, 3);
            return new(name, [name], x => Grown(x, before, narrow, grow));
        }

        NetworkModule Transition(string name, long inputs)
        {
            var (norm, convolution) = (
                Normalized($"{name}.norm", inputs),
                Convolved($"{name}.conv", inputs, inputs / 2, 1)
            );
            return new(name, [name], x => Halved(x, norm, convolution));
        }

        BatchNormalization Normalized(string name, long channels) => root.Add(name, new BatchNormalization(channels));

        Convolution Convolved(string name, long inputs, long outputs, long kernel, long stride = 1)
        {
            var convolution = root.Add(name, new Convolution(inputs, outputs, kernel, stride, kernel / 2));
            WeightInitialization.KaimingNormal(convolution.Weight, fanOut: false, generator);
            return convolution;
        }
    }

    private static Tensor Stem(Tensor input, NormalizedConvolution stem)
    {
        using var scope = NewDisposeScope();
        return nn.functional.max_pool2d(stem.Activated(input), 3, 2, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Grown(Tensor input, BatchNormalization before, NormalizedConvolution narrow, Convolution grow)
    {
        using var scope = NewDisposeScope();
        return cat([input, grow.forward(narrow.Activated(Activated(input, before)))], 1).MoveToOuterDisposeScope();
    }

    private static Tensor Halved(Tensor input, BatchNormalization normalization, Convolution convolution)
    {
        using var scope = NewDisposeScope();
        return nn
            .functional.avg_pool2d(convolution.forward(Activated(input, normalization)), 2, 2)
            .MoveToOuterDisposeScope();
    }

    private static Tensor Activated(Tensor input, BatchNormalization normalization)
    {
        using var scope = NewDisposeScope();
        return normalization.forward(input).relu_().MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.mean([2, 3])).MoveToOuterDisposeScope();
    }
}
