using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Reading and writing ONNX files.</summary>
public sealed class OnnxFileTests(ConformanceCases generated)
{
    [Fact]
    public void Files_of_ONNX_itself_come_back_to_the_same_bytes()
    {
        var differ = new List<string>();
        foreach (var path in generated.Folders.Select(folder => Path.Combine(folder, "model.onnx")))
        {
            using var written = new MemoryStream();
            OnnxFile.Write(OnnxFile.ReadUnchecked(path), written);
            if (!written.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(path)))
            {
                differ.Add(Path.GetFileName(Path.GetDirectoryName(path)!));
            }
        }

        // Expanded functions store empty domains; types of sequences and optional values are passed over.
        differ.RemoveAll(name => name.EndsWith("_expanded", StringComparison.Ordinal));
        Assert.All(differ, name => Assert.Matches("sequence|optional|loop|if_seq|if_opt|identity_opt", name));
    }

    [Fact]
    public void Damaged_files_are_refused_in_a_sentence_or_read()
    {
        using var folder = new TemporaryFolder();
        var sound = Bytes(Sample.Network());
        var path = folder["damaged.onnx"];
        HostileInput.Check(
            "onnx",
            seed: 10,
            random => HostileInput.Mutated(sound, random),
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                return () => Compute(path);
            },
            least: 0.5
        );
    }

    [Fact]
    public void A_file_is_read_as_the_values_that_it_states()
    {
        using var folder = new TemporaryFolder();
        var graph = Read(folder, Sample.Network()).Graph;
        Assert.Equal(["conv", "act", "fc"], graph.Nodes.Select(node => node.Name));
        Assert.Equal("[batch, 3, 4, 4]", graph.FreeInputs.Single().Type!.Tensor!.Shape!.ToString());
        Assert.All(graph.Nodes, node => Assert.Equal(16, node.Opset));
        Assert.Equal([2, 3, 3, 3], graph.Initializers[0].Shape);
    }

    [Theory]
    [InlineData("node 'act' (Fancy) has an operator that is not supported", "act", "Fancy", "", 16)]
    [InlineData("node 'act' (com.me.Relu) has an operator that is not supported", "act", "Relu", "com.me", 16)]
    [InlineData("node 'act' (Loop) chooses its course while it runs", "act", "Loop", "", 16)]
    [InlineData("the Gelu node that makes 'c' is of opset 16", "", "Gelu", "", 16)]
    [InlineData("node 'conv' (Conv) is of opset 24", "act", "Relu", "", 24)]
    public void What_cannot_be_computed_is_one_sentence(string says, string name, string op, string domain, long opset)
    {
        using var folder = new TemporaryFolder();
        var model = Sample.Network();
        var nodes = model.Graph.Nodes.SetItem(
            1,
            model.Graph.Nodes[1] with
            {
                Name = name,
                Operator = op,
                Domain = domain,
            }
        );
        var other = model with
        {
            Graph = model.Graph with { Nodes = nodes },
            Opsets = [new("", opset), new("com.me", 1)],
        };
        var refused = Assert.Throws<InputException>(() => Compute(Write(folder, other)));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains("model.onnx", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("takes 'gone', which nothing before it makes", "gone", "c")]
    [InlineData("makes 'b', which something before it makes too", "b", "b")]
    public void A_graph_whose_values_do_not_fit_is_refused(string says, string input, string made)
    {
        using var folder = new TemporaryFolder();
        var graph = Sample.Network().Graph;
        var node = graph.Nodes[1] with { Inputs = [input], Outputs = [made] };
        var model = Sample.Network() with { Graph = graph with { Nodes = graph.Nodes.SetItem(1, node) } };
        var refused = Assert.Throws<InputException>(() => Read(folder, model));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_of_the_files_own_functions_become_their_nodes_with_scopes()
    {
        using var folder = new TemporaryFolder();
        var graph = Read(folder, Sample.WithFunction()).Graph;
        Assert.Equal(["conv", "act/inner/scale", "act/inner/cut", "fc"], graph.Nodes.Select(node => node.Name));
        Assert.Equal(
            ["conv", "act/inner/scaled"],
            graph.Nodes.Take(2).SelectMany(node => node.Outputs).Select(name => name == "b" ? "conv" : name)
        );
        Assert.Equal(0.25f, graph.Nodes[1].Attribute("alpha")!.Float);
    }

    [Fact]
    public void A_function_that_calls_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = Sample.WithFunction();
        var function = model.Functions[0] with
        {
            Nodes =
            [
                new()
                {
                    Operator = "Outer",
                    Domain = "me",
                    Inputs = ["x"],
                    Outputs = ["y"],
                },
            ],
        };
        var refused = Assert.Throws<InputException>(() => Read(folder, model with { Functions = [function] }));
        Assert.Contains("call each other more than", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2f)]
    [InlineData(0, -2f)]
    public void A_branch_with_a_constant_condition_is_taken_when_reading(byte condition, float expected)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var graph = Read(folder, Sample.WithBranches(condition)).Graph;
        Assert.DoesNotContain(graph.Nodes, node => node.Operator == "If");
        var found = Compute(folder["model.onnx"])[0];
        Assert.Equal(expected, found.item<float>());
    }

    private static OnnxModel Read(TemporaryFolder folder, OnnxModel model) => OnnxFile.Read(Write(folder, model));

    private static string Write(TemporaryFolder folder, OnnxModel model)
    {
        File.WriteAllBytes(folder["model.onnx"], Bytes(model));
        return folder["model.onnx"];
    }

    private static byte[] Bytes(OnnxModel model)
    {
        using var file = new MemoryStream();
        OnnxFile.Write(model, file);
        return file.ToArray();
    }

    // With ones for the inputs, whose open lengths are 2.
    private static Tensor[] Compute(string path)
    {
        var graph = OnnxFile.Read(path).Graph;
        var stored = graph.Initializers.ToDictionary(tensor => tensor.Name);
        return OnnxEvaluator
            .Create(graph, path)
            .Compute(name => stored.TryGetValue(name, out var tensor) ? tensor.ToTensor() : ones(2, 3, 4, 4), new());
    }
}
