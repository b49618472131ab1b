using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Weights;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Networks with the same tensors that compute something else.</summary>
public sealed class EqualTensorsTests : IDisposable
{
    private static readonly TransformerShape Tiny = new(16, 128, 1, 2);

    private static readonly NetworkArchitecture[] Small =
    [
        VisionTransformers.Declare("tiny", Tiny),
        VisionTransformers.Declare("tiny_4heads", Tiny with { Heads = 4 }),
        VisionTransformers.Declare("tiny_again", Tiny),
        VisionTransformers.Declare("tiny_clip", Tiny with { IsClip = true }),
        VisionTransformers.Declare("tiny_clip_quick", Tiny with { IsClip = true, HasQuickGelu = true }),
        VisionTransformers.Declare("other", Tiny with { Patch = 8 }),
    ];

    private const string Usual = "vit_small_patch16_224";
    private const string Moco = "vit_small_patch16_mocov3_224";

    private readonly TemporaryFolder folder = new();

    /// <summary>Pairs of shipped networks whose tensors have the same names and shapes.</summary>
    public static TheoryData<string, string> Pairs
    {
        get
        {
            var outlines = Networks
                .All.Select(network =>
                    (
                        network.Name,
                        Tensors: string.Join(
                            '\n',
                            network.Shapes(3).Select(e => $"{e.Key} {string.Join(',', e.Value)}")
                        )
                    )
                )
                .GroupBy(entry => entry.Tensors)
                .Select(group => group.Select(entry => entry.Name).ToList());
            var pairs = new TheoryData<string, string>();
            foreach (var group in outlines)
            {
                for (var i = 0; i < group.Count; i++)
                {
                    group.Skip(i + 1).ToList().ForEach(other => pairs.Add(group[i], other));
                }
            }

            return pairs;
        }
    }

    [Fact]
    public void A_file_that_was_written_for_a_network_is_of_that_one()
    {
        foreach (var (written, first) in new[] { (Moco, Usual), (Usual, Moco) })
        {
            using var tensors = new StateDict(
                Networks
                    .Find(written)
                    .Shapes(2)
                    .Select(entry => KeyValuePair.Create(entry.Key, zeros(entry.Value, dtype: ScalarType.BFloat16)))
            );
            var names = new Dictionary<string, string> { [Safetensors.NetworkEntry] = written };
            Safetensors.Write(folder["x.safetensors"], tensors, names);
            using var read = Checkpoint.Identify(folder["x.safetensors"]);
            Assert.Equal(written, read.Network?.Name);
            Assert.Contains("as its metadata states", read.Notes.Doubt, StringComparison.Ordinal);
            using var other = Checkpoint.Read(folder["x.safetensors"], Networks.Find(first));
            Assert.Contains($"read as {first}", other.Notes.Doubt, StringComparison.Ordinal);
            names[Safetensors.NetworkEntry] = "lora";
            Safetensors.Write(folder["x.safetensors"], tensors, names);
            using var unknown = Checkpoint.Identify(folder["x.safetensors"]);
            Assert.Equal(Usual, unknown.Network?.Name);
        }
    }

    [Fact]
    public void There_are_such_pairs() =>
        Assert.Contains(Pairs, row => row.Data == ("vit_base_patch32_clip_224", "vit_base_patch32_clip_quickgelu_224"));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Networks_with_equal_tensors_compute_the_same_exactly_if_they_have_the_same_hidden_traits(
        string first,
        string second
    )
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var images = ReferenceWeights.Images(Networks.Find(first).SmallestSize * 2);
        // Only transformers have such pairs; their blocks repeat one another.
        using var one = ShortNetwork(first);
        using var other = ShortNetwork(second);
        var same = one.forward(images).allclose(other.forward(images));
        Assert.Equal(Networks.Find(first).Hidden == Networks.Find(second).Hidden, same);

        static Network ShortNetwork(string name)
        {
            var network = Models.ShortNetwork.Create(name, 2, null, 5);
            using var weights = ReferenceWeights.Of(network);
            WeightsLoader.Load(network, weights, newHead: false);
            network.eval();
            return network;
        }
    }

    [Fact]
    public void What_the_tensors_do_not_tell_is_said()
    {
        Write("x", Tiny);
        Expect(
            "x",
            "tiny",
            "taken for tiny (2 heads), which the tensors do not tell; tiny_4heads has the same tensors and 4 heads"
        );
        Write("y", Tiny with { IsClip = true });
        Expect(
            "y",
            "tiny_clip",
            "taken for tiny_clip (activation gelu), which the tensors do not tell; "
                + "tiny_clip_quick has the same tensors and activation quick_gelu"
        );
        Write("z", Tiny with { Patch = 8 });
        Expect("z", "other", null);
    }

    /// <summary>A file next to the weights, its content, the network, and why.</summary>
    public static TheoryData<string, string, string, string> Statements =>
        new()
        {
            {
                "config.json",
                """{"model_type": "vit", "num_attention_heads": 4}""",
                "tiny_4heads",
                "as config.json states"
            },
            { "config.json", """{"model_type": "vit", "num_attention_heads": 2}""", "tiny", "as config.json states" },
            { "config.json", """{"architecture": "tiny_4heads"}""", "tiny_4heads", "as config.json states" },
            { "config.json", """{"architecture": "tiny_again"}""", "tiny_again", "as config.json states" },
            { "config.json", """{"architecture": "tiny_x"}""", "tiny", "config.json names the network 'tiny_x'" },
            { "config.json", """{"model_type": 3, "num_attention_heads": "x"}""", "tiny", "do not tell" },
            { "config.json", """{"model_type": "vit", "hidden_act": null}""", "tiny", "do not tell" },
            { "config.json", "[", "tiny", "do not tell" },
        };

    [Theory]
    [MemberData(nameof(Statements))]
    public void What_a_file_beside_the_weights_states_decides(string file, string content, string network, string why)
    {
        Write("x", Tiny);
        File.WriteAllText(folder[file], content);
        using var read = Checkpoint.Identify(folder["x"], networks: Small);
        Assert.Equal(network, read.Network?.Name);
        Assert.Equal([network == "tiny_4heads" ? "tiny" : "tiny_4heads"], read.Notes.AlsoFits);
        Assert.Contains(why, read.Notes.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_beside_several_weights_decides_for_none_but_the_one_with_the_usual_name()
    {
        Write("a.pth", Tiny);
        Write("model.safetensors", Tiny);
        File.WriteAllText(folder["config.json"], """{"model_type": "vit", "num_attention_heads": 4}""");
        foreach (var (file, network) in ((string, string)[])[("a.pth", "tiny"), ("model.safetensors", "tiny_4heads")])
        {
            using var read = Checkpoint.Identify(folder[file], networks: Small);
            Assert.Equal(network, read.Network?.Name);
        }
    }

    [Fact]
    public void A_named_network_is_used_and_what_speaks_against_it_is_said()
    {
        Write("x", new(16, 384, 12, 14));
        var named = Networks.Find("vit_small_patch16_mocov3_224");
        using (var read = Checkpoint.Read(folder["x"], named))
        {
            Assert.Equal(("vit_small_patch16_mocov3_224", null), (read.Network?.Name, read.Notes.Doubt));
        }

        File.WriteAllText(folder["config.json"], """{"model_type": "vit", "num_attention_heads": 6}""");
        using var against = Checkpoint.Read(folder["x"], named);
        Assert.Equal(named, against.Network);
        Assert.Equal(
            "read as vit_small_patch16_mocov3_224 (12 heads), but vit_small_patch16_224 has the same tensors and "
                + "6 heads, as config.json states",
            against.Notes.Doubt
        );
    }

    [Fact]
    public void What_no_network_computes_is_refused_whether_it_is_named_or_not()
    {
        Write("x", new(16, 384, 12, 14));
        File.WriteAllText(folder["config.json"], """{"model_type": "vit", "num_attention_heads": 3}""");
        var expected =
            $"The weights in '{folder["x"]}' have the tensors of vit_small_patch16_224, but not its 6 heads: "
            + "config.json states 3 heads, which no network here has. "
            + "They would give wrong outputs; use other weights, or correct config.json if it is wrong.";
        Assert.Equal(expected, Assert.Throws<InputException>(() => Checkpoint.Identify(folder["x"])).Message);
        var named = Networks.Find("vit_small_patch16_224");
        Assert.Equal(expected, Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"], named)).Message);
    }

    [Fact]
    public void A_port_from_TensorFlow_is_refused_where_its_name_tells_it()
    {
        using (var network = Networks.Find("efficientnet_b0").CreateOutline(2))
        using (var weights = StateDict.Of(network))
        {
            Safetensors.Write(folder["x"], weights);
            Safetensors.Write(folder["tf_efficientnet_b0_aa-827b6e33.safetensors"], weights);
        }

        using (var read = Checkpoint.Identify(folder["x"]))
        {
            Assert.Equal(("efficientnet_b0", null), (read.Network?.Name, read.Notes.Doubt));
        }

        AssertRefused("tf_efficientnet_b0_aa-827b6e33.safetensors", "the file's name");
        File.Delete(folder["tf_efficientnet_b0_aa-827b6e33.safetensors"]);
        File.WriteAllText(folder["config.json"], """{"architecture": "tf_efficientnet_b0"}""");
        AssertRefused("x", "config.json");

        void AssertRefused(string name, string source) =>
            Assert.Contains(
                $"not its symmetric padding: {source} states TensorFlow's padding",
                Assert.Throws<InputException>(() => Checkpoint.Identify(folder[name])).Message,
                StringComparison.Ordinal
            );
    }

    [Theory]
    [InlineData("DINOv3", "cls_token storage_tokens rope_embed.periods blocks.0.attn.qkv.weight")]
    [InlineData("DINOv3", "embeddings.register_tokens layer.0.attention.q_proj.weight layer.0.norm1.weight")]
    [InlineData("DINOv3", "reg_token blocks.0.gamma_1 blocks.0.attn.qkv.weight")]
    [InlineData("the giant DINOv2", "teacher.backbone.blocks.0.0.mlp.w12.weight blocks.0.0.ls1.gamma")]
    [InlineData("the giant DINOv2", "encoder.layer.0.mlp.weights_in.weight embeddings.cls_token")]
    [InlineData("a distilled DeiT", "cls_token dist_token head_dist.weight")]
    [InlineData("Swin V2", "layers.0.blocks.0.attn.logit_scale")]
    [InlineData("CLIP's residual network", "visual.attnpool.positional_embedding")]
    [InlineData("BEiT", "blocks.0.attn.q_bias blocks.0.attn.relative_position_bias_table")]
    [InlineData("EVA or BEiT", "pos_embed blocks.0.attn.q_bias blocks.0.gamma_1")]
    [InlineData("ConvNeXt V2", "stages.0.0.dwconv.weight stages.0.0.grn.gamma")]
    [InlineData("a ResNet-C or -D", "conv1.0.weight conv1.3.weight conv1.6.weight layer1.0.conv1.weight")]
    [InlineData("kuangliu's ResNet", "conv1.weight layer1.0.conv1.weight layer4.0.shortcut.0.weight")]
    [InlineData("BiT", "stem.conv.weight stages.0.blocks.0.norm1.weight head.fc.weight")]
    [InlineData("BiT", "root.conv.weight body.block1.unit01.gn1.weight")]
    [InlineData("BiT", "resnet/root_block/standardized_conv2d/kernel")]
    [InlineData("RegNet", "stem.0.weight trunk_output.block1.block1-0.f.a.0.weight")]
    [InlineData("RegNet", "stem.conv.weight s1.b1.conv1.conv.weight")]
    [InlineData("MobileViT", "stages.2.1.conv_kxk.conv.weight stages.2.1.transformer.0.attn.qkv.weight")]
    [InlineData("Inception v3", "Mixed_5b.branch1x1.conv.weight")]
    [InlineData("Ultralytics' YOLO", "model.0.conv.weight model.0.bn.weight model.2.cv1.conv.weight")]
    [InlineData("a language model", "model.embed_tokens.weight model.layers.0.self_attn.q_proj.weight")]
    [InlineData("a language model", "bert.embeddings.word_embeddings.weight")]
    [InlineData("a language model", "transformer.wte.weight transformer.h.0.attn.c_attn.weight")]
    [InlineData("a diffusion model", "time_embedding.linear_1.weight down_blocks.0.resnets.0.conv1.weight")]
    public void A_network_that_is_not_supported_is_named(string name, string tensors)
    {
        Assert.StartsWith(name, ForeignNetworks.Find(tensors.Split(' ')), StringComparison.Ordinal);
        using (var weights = new StateDict(tensors.Split(' ').Select(tensor => KeyValuePair.Create(tensor, zeros(1)))))
        {
            Safetensors.Write(folder["x"], weights);
        }

        using var read = Checkpoint.Identify(folder["x"]);
        Assert.StartsWith(name, read.Foreign, StringComparison.Ordinal);
        Assert.Contains(
            $" They are those of {name}",
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"], Networks.Find("resnet18"))).Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => folder.Dispose();

    private void Expect(string file, string network, string? doubt)
    {
        using var read = Checkpoint.Identify(folder[file], networks: Small);
        Assert.Equal((network, doubt), (read.Network?.Name, read.Notes.Doubt));
    }

    private void Write(string name, TransformerShape shape)
    {
        using var network = VisionTransformer.Create("x", shape, 3, null);
        using var weights = StateDict.Of(network);
        Safetensors.Write(folder[name], weights);
    }
}
