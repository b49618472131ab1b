using TorchSharp;
using TransferLens.Vision.Runtime;

namespace TransferLens.Vision.Tests.Runtime;

public class TensorRuntimeTests
{
    [Fact]
    public void Tensors_can_be_created_and_the_status_has_the_library()
    {
        var status = TensorRuntime.Status();
        Assert.True(status.Loaded, status.Problem);
        Assert.Null(status.Problem);
        Assert.Equal(TensorRuntime.LibtorchVersion, status.Version);
        Assert.EndsWith("libLibTorchSharp.so", status.Library);
        Assert.Equal(status, TensorRuntime.Status());
        TensorRuntime.EnsureLoaded();
        using var ones = torch.ones(3);
        Assert.Equal([1f, 1f, 1f], ones.data<float>().ToArray());
    }

    [Fact]
    public void The_library_is_found_without_a_copy_of_libtorch_next_to_the_program() =>
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")));
}
