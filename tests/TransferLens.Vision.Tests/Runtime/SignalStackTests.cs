using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Runtime;

public sealed class SignalStackTests
{
    // Where the processor has AMX, this process dies without the larger stack.
    [Fact]
    public void A_null_reference_after_computing_in_bfloat16_is_an_exception()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Networks.Find("cifar_resnet20").Create(classes: 4, seed: 0);
        _ = network.forward(zeros([8, 3, 32, 32], ScalarType.BFloat16));
        Assert.Throws<NullReferenceException>(() => Length(null!));
    }

    private static int Length(string text) => text.Length;
}
