using TorchSharp;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>Weights that lie on the processor are written into a network that does not, by libtorch's device <c>meta</c>, which refuses to mix as a GPU does.</summary>
public class OtherDeviceTests
{
    [Fact]
    public void Points_of_a_line_and_of_a_module_s_path_are_written_where_the_network_lies()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 3, seed: 1, device(DeviceType.META));
        using var first = Solution(1);
        using var second = Solution(2);
        LinearInterpolation.Write(network, first, second, 0.3);
        var path = new DirectPath(first, second, [0, 0.5, 1]);
        for (var step = 0; step < 3; step++)
        {
            ModuleSweep.WriteInto(network, network.Modules[1], (name, tensor) => path.Write(step, name, tensor));
        }

        Assert.All(network.state_dict(), entry => Assert.Equal(DeviceType.META, entry.Value.device_type));
    }

    private static StateDict Solution(long seed)
    {
        using var network = Networks.Create("cifar_resnet8", 3, seed, CPU);
        return StateDict.Of(network);
    }
}
