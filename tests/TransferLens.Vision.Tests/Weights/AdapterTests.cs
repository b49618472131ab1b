using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Adapters of peft (LoRA) next to their base weights.</summary>
public sealed class AdapterTests : IDisposable
{
    private const string Settings = """{"peft_type": "LORA", "lora_alpha": 6, "base_model_name_or_path": "a/b"}""";

    private readonly TemporaryFolder folder = new();
    private readonly Tensor weights = arange(12, ScalarType.Float32).view(3, 4);
    private readonly Tensor a = (arange(8, ScalarType.Float32).view(2, 4) - 3) / 4;
    private readonly Tensor b = (arange(6, ScalarType.Float32).view(3, 2) - 2) / 2;

    /// <summary>What the settings have besides alpha = 6, and the factor of B A at r = 2.</summary>
    public static TheoryData<string, double> Factors =>
        new()
        {
            { "", 3 },
            { ", \"use_rslora\": true", 6 / 1.4142135623730951 },
            { ", \"alpha_pattern\": {\"other\": 1, \"layer\": 8}", 4 },
            { ", \"alpha_pattern\": {\"yer\": 8}", 3 },
            { ", \"init_lora_weights\": true, \"use_dora\": false", 3 },
        };

    [Theory]
    [MemberData(nameof(Factors))]
    public void A_layer_becomes_W_plus_s_B_A(string settings, double factor)
    {
        using var scope = NewDisposeScope();
        Write("m/model.safetensors", ("a.layer.weight", weights), ("a.norm.weight", ones(4)));
        WriteAdapter(settings, ("a.layer.lora_A.weight", a), ("a.layer.lora_B.weight", b));
        using var read = Checkpoint.Read(folder["m"]);
        Assert.Equal(["a.layer.weight", "a.norm.weight"], read.Keys);
        Assert.True(read["a.layer.weight"].allclose(weights + (factor * b.matmul(a))));
        Assert.True(read["a.norm.weight"].equal(ones(4)).all().item<bool>());
        using var same = Checkpoint.Read(folder["m", "adapter_model.safetensors"]);
        Assert.True(same["a.layer.weight"].equal(read["a.layer.weight"]).all().item<bool>());
        using var alone = Checkpoint.Read(folder["m", "model.safetensors"]);
        Assert.True(alone["a.layer.weight"].equal(weights).all().item<bool>());
    }

    [Fact]
    public void A_layer_that_stores_inputs_first_gets_the_product_transposed_and_a_kernel_its_own_shape()
    {
        using var scope = NewDisposeScope();
        Write("m/model.safetensors", ("layer.weight", weights.t().contiguous()));
        WriteAdapter(", \"fan_in_fan_out\": true", ("layer.lora_A.weight", a), ("layer.lora_B.weight", b));
        using (var read = Checkpoint.Read(folder["m"]))
        {
            Assert.True(read["layer.weight"].allclose((weights + (3 * b.matmul(a))).t()));
        }

        var (kernel, inner) = (randn(3, 4, 2, 2), randn(2, 4, 2, 2));
        Write("m/model.safetensors", ("layer.weight", kernel.to(ScalarType.Float16)));
        WriteAdapter("", ("layer.lora_A.weight", inner), ("layer.lora_B.weight", b.view(3, 2, 1, 1)));
        using var convolution = Checkpoint.Read(folder["m"]);
        Assert.Equal(ScalarType.Float16, convolution["layer.weight"].dtype);
        var expected =
            kernel + (3 * nn.functional.conv2d(inner.permute(1, 0, 2, 3), b.view(3, 2, 1, 1)).permute(1, 0, 2, 3));
        Assert.True(convolution["layer.weight"].to(ScalarType.Float32).allclose(expected, 0.01, 0.01));
    }

    [Fact]
    public void The_digest_is_that_of_base_adapter_and_settings()
    {
        Write("m/model.safetensors", ("layer.weight", weights));
        WriteAdapter("", ("layer.lora_A.weight", a), ("layer.lora_B.weight", b));
        List<string> digests = [WeightsFile.Digest(folder["m"])];
        WriteAdapter(", \"use_rslora\": true", ("layer.lora_A.weight", a), ("layer.lora_B.weight", b));
        digests.Add(WeightsFile.Digest(folder["m"]));
        WriteAdapter(", \"use_rslora\": true", ("layer.lora_A.weight", b.t().contiguous()), ("layer.lora_B.weight", b));
        digests.Add(WeightsFile.Digest(folder["m"]));
        Write("m/model.safetensors", ("layer.weight", weights + 1));
        digests.Add(WeightsFile.Digest(folder["m"]));
        digests.Add(WeightsFile.Digest(folder["m", "model.safetensors"]));
        Assert.Distinct(digests);
    }

    /// <summary>More settings, the adapter's tensors (shape after a colon), and what the refusal says.</summary>
    public static TheoryData<string, string, string> Refused =>
        new()
        {
            { ", \"peft_type\": \"IA3\"", "", "an adapter of the kind IA3" },
            { ", \"use_dora\": true", "", "a DoRA adapter" },
            { ", \"init_lora_weights\": \"pissa_niter_4\"", "", "starts with 'pissa_niter_4'" },
            { ", \"alpha_pattern\": {\"(\": 1}", "", "is not a valid configuration" },
            { ", \"lora_alpha\": \"x\"", "", "is not a valid configuration" },
            { "", "layer.lora_A.weight:2,4", "has no lora_B for the layer 'layer'" },
            {
                "",
                "other.lora_A.weight:2,4 other.lora_B.weight:3,2",
                "changes the layer 'other', whose weights are not"
            },
            { "", "layer.lora_A.weight:2,4 layer.lora_B.weight:3,1", "of shapes [3, 1] and [2, 4]" },
            { "", "layer.lora_A.weight:2,5 layer.lora_B.weight:3,2", "of shape [3, 4]" },
            { "", "layer.lora_A.weight:0,4 layer.lora_B.weight:3,0", "of shapes [3, 0] and [0, 4]" },
            { "", "layer.lora_magnitude_vector:3", "has 'layer.lora_magnitude_vector', which is not a part of plain" },
            {
                "",
                "layer.lora_A.x.weight:2,4 layer.lora_B.x.weight:3,2 "
                    + "layer.lora_A.y.weight:2,4 layer.lora_B.y.weight:3,2",
                "has 2 adapters: x, y"
            },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_merged_is_refused_and_says_how_to_go_on(string settings, string tensors, string says)
    {
        Write("m/model.safetensors", ("layer.weight", weights));
        var named = tensors
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => text.Split(':'))
            .Select(parts => (parts[0], zeros(Array.ConvertAll(parts[1].Split(','), long.Parse))));
        WriteAdapter(settings, [.. named]);
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["m"])).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_base_weights_or_settings_the_sentence_names_what_is_missing()
    {
        WriteAdapter("", ("layer.lora_A.weight", a), ("layer.lora_B.weight", b));
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["m"])).Message;
        Assert.Contains("contains an adapter (LoRA)", message, StringComparison.Ordinal);
        Assert.Contains("('a/b'). Put model.safetensors of the base model", message, StringComparison.Ordinal);
        Write(
            "x/all.safetensors",
            ("layer.weight", weights),
            ("layer.lora_A.d.weight", a),
            ("layer.lora_B.d.weight", b)
        );
        message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x", "all.safetensors"])).Message;
        Assert.Contains("not its factor. Put its adapter_config.json", message, StringComparison.Ordinal);
        File.WriteAllText(folder["x", "adapter_config.json"], Settings);
        using (var read = Checkpoint.Read(folder["x", "all.safetensors"]))
        {
            Assert.True(read["layer.weight"].allclose(weights + (3 * b.matmul(a))));
        }

        Write("x/all.safetensors", ("layer.lora_A.d.weight", a), ("layer.lora_B.d.weight", b));
        message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x", "all.safetensors"])).Message;
        Assert.Contains("the base weights are missing, or of another model", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        weights.Dispose();
        a.Dispose();
        b.Dispose();
        folder.Dispose();
    }

    private void WriteAdapter(string more, params (string Name, Tensor Value)[] tensors)
    {
        Write(
            "m/adapter_model.safetensors",
            [.. tensors.Select(tensor => ($"base_model.model.{tensor.Name}", tensor.Value)), ("x", zeros(1))]
        );
        // A later key replaces an earlier one.
        var own = System.Text.Json.Nodes.JsonNode.Parse($$"""{"x": 0{{more}}}""")!.AsObject();
        var settings = System.Text.Json.Nodes.JsonNode.Parse(Settings)!.AsObject();
        foreach (var (key, value) in own)
        {
            settings[key] = value?.DeepClone();
        }

        File.WriteAllText(folder["m", "adapter_config.json"], settings.ToJsonString());
    }

    private void Write(string name, params (string Name, Tensor Value)[] tensors)
    {
        var path = folder[name.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var state = new StateDict(
            tensors
                .Where(tensor => tensor.Name != "x")
                .Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Value.clone()))
        );
        Safetensors.Write(path, state);
    }
}
