using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Swin transformers (Liu et al. 2021) with windows of 7x7, with the tensor names, initialization and stochastic depth
/// of torchvision 0.14. A module is the stem, a block, the merging of patches between stages, the last normalization,
/// or the head with the pooling before it. Outputs are maps (n, features, height, width).
/// </summary>
internal static class SwinNetwork
{
    /// <summary><c>swin_t</c>, <c>swin_s</c> and <c>swin_b</c>.</summary>
    public static ImmutableArray<NetworkArchitecture> Architectures { get; } =
    [Declare(new("swin_t", 96, 6, 0.2)), Declare(new("swin_s", 96, 18, 0.3)), Declare(new("swin_b", 128, 18, 0.5))];

    /// <summary>What distinguishes the networks.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Width">Number of features in the first stage; doubled in each later one.</param>
    /// <param name="Blocks">Number of blocks in the third stage; the others have two.</param>
    /// <param name="Drop">Probability of stochastic depth in the last block; in the first it is 0.</param>
    private sealed record Size(string Name, long Width, int Blocks, double Drop)
    {
        public ImmutableArray<int> Counts => [2, 2, Blocks, 2];
    }

    private static NetworkArchitecture Declare(Size size)
    {
        string[] modules = [.. size.Counts.SelectMany(ModulesOfStage), "norm", "head"];
        return new(size.Name, modules, Fits, (classes, generator) => Create(size, classes, generator))
        {
            LastStage = "features.7.0",
        };

        static IEnumerable<string> ModulesOfStage(int count, int stage) =>
            Enumerable
                .Range(0, count)
                .Select(block => $"features.{(2 * stage) + 1}.{block}")
                .Prepend($"features.{2 * stage}");

        bool Fits(IReadOnlyCollection<string> tensors) =>
            tensors.Contains($"features.5.{size.Blocks - 1}.attn.qkv.weight")
            && !tensors.Contains($"features.5.{size.Blocks}.attn.qkv.weight")
            && tensors.Contains("head.weight");
    }

    private static Network Create(Size size, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        List<NetworkModule> modules = [AddStem(root, size.Width, generator)];
        var (width, blocks) = (size.Width, 0);
        for (var stage = 0; stage < size.Counts.Length; stage++)
        {
            if (stage > 0)
            {
                modules.Add(AddMerging(root, $"features.{2 * stage}", width, generator));
                width *= 2;
            }

            for (var i = 0; i < size.Counts[stage]; i++)
            {
                var (name, drop) = ($"features.{(2 * stage) + 1}.{i}", size.Drop * blocks++ / (size.Counts.Sum() - 1));
                var block = new SwinBlock(root, name, width, i % 2 == 1, drop, generator);
                modules.Add(new(name, block.Forward) { Write = block.Write });
            }
        }

        var (norm, head) = (
            root.Add("norm", new LayerNormalization(width, 1e-5)),
            root.Add("head", new Linear(width, classes))
        );
        WeightInitialization.Normal(head.Weight, 0.02, generator);
        modules.Add(new("norm", x => Normalize(x, norm)) { Write = (graph, x) => WriteNormalized(graph, x, norm) });
        modules.Add(
            new("head", x => Head(x, head)) { Write = (graph, x) => head.Write(graph, graph.MeanOfPositions(x)) }
        );
        return new(size.Name, root, modules);
    }

    private static NetworkModule AddStem(NetworkRoot root, long width, Generator? generator)
    {
        var (convolution, norm) = (
            root.Add("features.0.0", new Convolution(3, width, 4, 4, bias: true)),
            root.Add("features.0.2", new LayerNormalization(width, 1e-5))
        );
        WeightInitialization.ConvolutionDefault(convolution, generator);
        return new("features.0", x => Embed(x, convolution, norm))
        {
            Write = (graph, x) => WriteNormalized(graph, convolution.Write(graph, x), norm),
        };
    }

    private static NetworkModule AddMerging(NetworkRoot root, string name, long width, Generator? generator)
    {
        var (norm, reduction) = (
            root.Add($"{name}.norm", new LayerNormalization(4 * width, 1e-5)),
            root.Add($"{name}.reduction", new Linear(4 * width, 2 * width, bias: false))
        );
        WeightInitialization.Normal(reduction.Weight, 0.02, generator);
        return new(name, x => Merge(x, norm, reduction))
        {
            Write = (graph, x) => WriteMerged(graph, x, norm, reduction),
        };
    }

    private static Tensor Embed(Tensor input, Convolution convolution, LayerNormalization norm)
    {
        using var scope = NewDisposeScope();
        return Normalize(convolution.forward(input), norm).MoveToOuterDisposeScope();
    }

    // Joins the features of 2x2 neighbors; a side of odd length is padded with zeros.
    private static Tensor Merge(Tensor input, LayerNormalization norm, Linear reduction)
    {
        using var scope = NewDisposeScope();
        var map = input.permute(0, 2, 3, 1);
        map = nn.functional.pad(map, [0, 0, 0, map.shape[2] % 2, 0, map.shape[1] % 2]);
        var (images, height, width, features) = (map.shape[0], map.shape[1] / 2, map.shape[2] / 2, map.shape[3]);
        // torchvision's order of the neighbors: the columns of the 2x2 square one after the other.
        var joined = map.reshape(images, height, 2, width, 2, features)
            .permute(0, 1, 3, 4, 2, 5)
            .reshape(images, height, width, 4 * features);
        return reduction.forward(norm.forward(joined)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteMerged(
        GraphWriter graph,
        GraphValue input,
        LayerNormalization norm,
        Linear reduction
    )
    {
        var side = graph.SideOf(input);
        var (odd, half) = (side % 2, (side + 1) / 2);
        var map = graph.ChannelsLast(input);
        map = odd == 0 ? map : graph.Pad(map, [0, 0, 0, 0], [0, odd, odd, 0]);
        var features = reduction.Weight.shape[1] / 4;
        var split = graph.Transpose(graph.Reshape(map, 0, half, 2, half, 2, features), 0, 1, 3, 4, 2, 5);
        var joined = graph.Reshape(split, 0, half, half, 4 * features);
        return graph.ChannelsFirst(reduction.WriteLast(graph, norm.Write(graph, joined))) with { Side = half };
    }

    private static GraphValue WriteNormalized(GraphWriter graph, GraphValue input, LayerNormalization norm) =>
        graph.ChannelsFirst(norm.Write(graph, graph.ChannelsLast(input)));

    private static Tensor Normalize(Tensor input, LayerNormalization norm)
    {
        using var scope = NewDisposeScope();
        return norm.forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, Linear linear)
    {
        using var scope = NewDisposeScope();
        return linear.forward(input.mean([2, 3])).MoveToOuterDisposeScope();
    }
}
