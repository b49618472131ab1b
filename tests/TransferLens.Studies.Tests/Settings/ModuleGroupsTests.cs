using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Tests.Settings;

/// <summary>Adjacent modules as one.</summary>
public sealed class ModuleGroupsTests
{
    private static readonly ImmutableArray<string> Modules = ["conv1", "layer1.0", "layer1.1", "layer2.0", "fc"];

    [Fact]
    public void Modules_whose_whole_names_match_are_one()
    {
        var groups = Groups(("stem", "conv1|layer1.0"), ("late", @"layer2\..*"));
        Assert.Equal([("stem", 2), ("layer1.1", 1), ("late", 1), ("fc", 1)], groups.Over(Modules, "net"));
        Assert.Equal(("conv1", 1), Groups(("late", "layer[12].*")).Over(Modules, "net")[0]);
    }

    [Theory]
    [InlineData("a", "layer1", "'a' matches no module of net; its modules are conv1, layer1.0,")]
    [InlineData("a", "layer2.0|fc", "'a' contains the head fc of net; leave the head a module of its own.")]
    [InlineData("a", "conv1|layer1.1", "'a' contains modules of net with others between them; group adjacent modules.")]
    [InlineData("fc", "layer1.*", "'fc' is also a module of net outside of the group; choose another name.")]
    public void Groups_that_do_not_fit_are_refused(string name, string pattern, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<InputException>(() => Groups((name, pattern)).Over(Modules, "net")).Message
        );

    [Fact]
    public void A_module_is_in_one_group()
    {
        var groups = Groups(("a", "conv1"), ("b", "c.*"));
        Assert.Equal(
            "'a' and 'b' both match the module conv1; change one of the patterns.",
            Assert.Throws<InputException>(() => groups.Over(Modules, "net")).Message
        );
    }

    [Fact]
    public void A_pattern_that_takes_for_ever_is_refused()
    {
        var groups = Groups(("a", "(a+)+b"));
        var failure = Assert.Throws<InputException>(() => groups.Over([new('a', 60), "fc"], "net"));
        Assert.StartsWith("The pattern of 'a' takes too long to match the module aaa", failure.Message);
    }

    [Fact]
    public void The_name_of_a_grouped_network_tells_its_groups()
    {
        var groups = Groups(("stem", @"conv1|layer1\.""0"), ("late", "é"));
        var split = Assert.NotNull(ModuleGroups.Split(groups.NameOf("onnx:12")));
        Assert.Equal("onnx:12", split.Network);
        Assert.Equal(groups.Patterns, split.Groups.Patterns);
        Assert.Null(ModuleGroups.Split("resnet18"));
        Assert.Null(ModuleGroups.Split("resnet18 {x"));
        Assert.Null(ModuleGroups.Split("resnet18 {\"a\": [1]}"));
    }

    private static ModuleGroups Groups(params IEnumerable<(string Name, string Pattern)> groups) =>
        new([.. groups.Select(group => KeyValuePair.Create(group.Name, group.Pattern))]);
}
