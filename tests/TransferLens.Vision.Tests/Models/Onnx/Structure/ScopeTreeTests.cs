using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx.Structure;

namespace TransferLens.Vision.Tests.Models.Onnx.Structure;

/// <summary>Where a person would cut a tree of scopes.</summary>
public sealed class ScopeTreeTests
{
    [Fact]
    public void Blocks_are_modules_and_the_stem_is_one()
    {
        var tree = Tree(
            "conv1 layer1.0.conv1 layer1.0.conv2 layer1.1.conv1 layer1.1.conv2 fc",
            "layer1.0 layer1.1",
            head: "fc"
        );
        Assert.Equal(("conv1", 1), tree.ModuleOf(["conv1"]));
        Assert.Equal(("layer1.0", 2), tree.ModuleOf(["layer1", "0", "conv2"]));
        Assert.Equal(("layer1.1", 2), tree.ModuleOf(["layer1", "1", "relu"]));
        Assert.Null(tree.ModuleOf(["layer1"]));
        Assert.Null(tree.ModuleOf([]));
    }

    [Fact]
    public void Without_blocks_each_layer_is_a_module()
    {
        var tree = Tree("features.0 features.3 classifier.1 classifier.6", "", head: "classifier.6");
        Assert.Equal(("features.0", 1), tree.ModuleOf(["features", "0"]));
        Assert.Equal(("features.3", 1), tree.ModuleOf(["features", "3"]));
        Assert.Equal(("classifier.1", 1), tree.ModuleOf(["classifier", "1"]));
    }

    [Fact]
    public void A_block_without_a_shortcut_is_cut_like_those_next_to_it()
    {
        var tree = Tree("stages.0.a stages.0.b stages.1.a stages.1.b stages.2.a stages.2.b", "stages.1");
        Assert.Equal(("stages.0", 2), tree.ModuleOf(["stages", "0", "b"]));
        Assert.Equal(("stages.2", 2), tree.ModuleOf(["stages", "2", "a"]));
    }

    [Fact]
    public void A_module_stands_for_the_only_one_in_it_but_a_member_of_a_sequence_for_itself()
    {
        var tree = Tree("features.3.conv.a features.3.conv.b features.4.conv.a features.4.conv.b", "features.3.conv");
        Assert.Equal(("features.3", 2), tree.ModuleOf(["features", "3", "conv", "a"]));
        Assert.Equal(("features.4", 2), tree.ModuleOf(["features", "4", "conv", "b"]));
        tree = Tree("stem layer1.0.a layer1.0.b", "layer1.0");
        Assert.Equal(("layer1.0", 2), tree.ModuleOf(["layer1", "0", "a"]));
    }

    [Fact]
    public void A_stage_of_one_block_is_cut_like_stages_of_several()
    {
        var tree = Tree(
            "trunk.block1.block1-0.a trunk.block1.block1-0.b trunk.block2.block2-0.a trunk.block2.block2-0.b "
                + "trunk.block2.block2-1.a trunk.block2.block2-1.b",
            "trunk.block1.block1-0 trunk.block2.block2-0 trunk.block2.block2-1"
        );
        Assert.Equal(("trunk.block1.block1-0", 2), tree.ModuleOf(["trunk", "block1", "block1-0", "a"]));
        Assert.Equal(("trunk.block2.block2-1", 2), tree.ModuleOf(["trunk", "block2", "block2-1", "b"]));
    }

    [Fact]
    public void Layers_that_are_no_linear_maps_do_not_count()
    {
        var tree = ScopeTree.Of([(["stem", "conv"], true), (["stem", "norm"], false)], [], []);
        Assert.Equal(("stem", 1), tree.ModuleOf(["stem", "norm"]));
    }

    private static ScopeTree Tree(string layers, string blocks, string head = "") =>
        ScopeTree.Of(Paths(layers).Select(path => (path, true)), Paths(blocks), Path(head));

    private static IEnumerable<ImmutableArray<string>> Paths(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Path);

    private static ImmutableArray<string> Path(string text) => text.Length == 0 ? [] : [.. text.Split('.')];
}
