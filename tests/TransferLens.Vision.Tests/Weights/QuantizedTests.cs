using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TransferLens.Vision.Tests.Weights.ForgedCheckpoint;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Quantized weights, by the names that the libraries give their tensors.</summary>
public sealed class QuantizedTests : IDisposable
{
    private static readonly NetworkArchitecture Network = Networks.Find("cifar_resnet8");

    private readonly TemporaryFolder folder = new();

    /// <summary>What is in place of <c>layer1.0.conv1.weight</c>, and how it was quantized.</summary>
    public static TheoryData<string, string> Kinds =>
        new()
        {
            { "layer1.0.conv1.scale layer1.0.conv1.zero_point", "PyTorch" },
            { "layer1.0.conv1._packed_params.dtype", "PyTorch" },
            { "layer1.0.conv1.weight_fake_quant.scale layer1.0.conv1.weight_fake_quant.zero_point", "prepared" },
            { "layer1.0.conv1.activation_post_process.min_val", "prepared" },
            { "layer1.0.conv1.weight layer1.0.conv1.SCB", "bitsandbytes" },
            { "layer1.0.conv1.weight layer1.0.conv1.weight.absmax", "bitsandbytes" },
            { "layer1.0.conv1.weight.quant_state.bitsandbytes__nf4 layer1.0.conv1.weight", "bitsandbytes" },
            { "layer1.0.conv1.qweight layer1.0.conv1.qzeros layer1.0.conv1.scales", "GPTQ or AWQ" },
            { "layer1.0.conv1.weight_packed layer1.0.conv1.weight_scale", "compressed-tensors" },
            { "layer1.0.conv1.weight layer1.0.conv1.weight_scale_inv", "float8" },
            { "layer1.0.conv1.weight._data layer1.0.conv1.weight._scale", "Quanto" },
            { "layer1.0.conv1.W_q layer1.0.conv1.meta", "HQQ" },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Quantized_weights_are_named_with_the_tensor_that_shows_it(string names, string says)
    {
        Write("layer1.0.conv1.weight", names.Split(' '));
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.safetensors"], Network)).Message;
        Assert.StartsWith($"The weights in '{folder["x.safetensors"]}' are ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains("Save the float weights before quantization", message, StringComparison.Ordinal);
        Assert.Contains(names.Split(' '), name => message.Contains($"as '{name}' shows", StringComparison.Ordinal));

        using var found = Checkpoint.Identify(folder["x.safetensors"]);
        Assert.Null(found.Network);
        Assert.Contains(says, found.Quantized, StringComparison.Ordinal);
        Assert.Null(found.Notes.Quantized);
    }

    // torch.quantization.quantize_dynamic leaves convolutions as they are, which is enough for a new head.
    [Fact]
    public void A_quantized_head_is_said_and_the_body_is_read()
    {
        Write("linear.", "linear.scale", "linear.zero_point");
        using var read = Checkpoint.Read(folder["x.safetensors"], Network);
        Assert.Null(read.Classes);
        Assert.Equal(
            "quantized by PyTorch (torch.ao.quantization), as 'linear.zero_point' shows",
            read.Notes.Quantized
        );
        Assert.Contains(read.Notes.Quantized!, read.Notes.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantized_tensor_of_PyTorch_is_named_where_nothing_can_be_listed()
    {
        var packed =
            "ctorch._utils\n_rebuild_qtensor\n"
            + Tuple("N", "N", Tuple(Number(4), Number(64)), "N", "N", "\u0089", "N")
            + "R";
        WriteZip(folder["x.pth"], Dictionary(("conv1.weight", packed), (Good, Tensor([4], [1]))), Storage());
        Assert.StartsWith(
            $"The weights in '{folder["x.pth"]}' are quantized by PyTorch (torch.ao.quantization), as 'conv1.weight' "
                + "shows. ",
            Assert.Throws<InputException>(() => Checkpoint.Identify(folder["x.pth"])).Message,
            StringComparison.Ordinal
        );
    }

    // A network's own names may contain these words.
    [Fact]
    public void Weights_that_fit_are_not_called_quantized()
    {
        Write("none", "criterion.scale", "criterion.zero_point");
        using var read = Checkpoint.Read(folder["x.safetensors"], Network);
        Assert.Equal(4, read.Classes);
        Assert.Null(read.Notes.Quantized);
    }

    public void Dispose() => folder.Dispose();

    private void Write(string without, params string[] instead)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network.CreateOutline(4);
        using var weights = ReferenceWeights.Of(network);
        using var changed = new StateDict(
            weights
                .Where(entry => !entry.Key.StartsWith(without, StringComparison.Ordinal))
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone()))
                .Concat(instead.Select(name => KeyValuePair.Create(name, torch.zeros(4, torch.uint8))))
                .ToList()
        );
        Safetensors.Write(folder["x.safetensors"], changed);
    }
}
