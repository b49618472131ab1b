using TransferLens.Tests;

[assembly: AssemblyFixture(typeof(TransferLens.Vision.Tests.Models.Onnx.ExportedNetworks))]

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks that PyTorch exported, each once for all tests that read it.</summary>
public sealed class ExportedNetworks : IDisposable
{
    /// <summary>Which networks tests try instead of a few small ones: names with spaces between, or all.</summary>
    private const string Variable = "TRANSFERLENS_ONNX_NETWORKS";

    // Networks that one process exports, since it takes longer to start PyTorch than to export a small network.
    private static readonly Dictionary<string, string[]> Together = new(StringComparer.Ordinal)
    {
        [""] =
        [
            "convnext_tiny",
            "densenet121",
            "efficientnet_b0",
            "mobilenet_v2",
            "mobilenet_v3_small",
            "regnet_y_400mf",
            "swin_t",
        ],
        ["--gradients"] = ["resnet18", "shufflenet_v2_x0_5", "tiny_swin"],
        ["--frozen 1"] = ["shufflenet_v2_x0_5", "tiny_swin", "tiny_vit"],
        ["--frozen 2"] = ["shufflenet_v2_x0_5", "tiny_swin", "tiny_vit"],
    };

    private readonly Lock gate = new();
    private readonly Dictionary<string, TemporaryFolder> folders = new(StringComparer.Ordinal);

    /// <summary>All classification networks of torchvision.</summary>
    internal static string[] OfTorchvision =>
        ExportedNetwork.List().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>How a network is exported anyway for some test, with an open batch size.</summary>
    /// <param name="name">The network.</param>
    internal static string OptionsFor(string name) => Together["--gradients"].Contains(name) ? "--gradients" : "";

    /// <summary>Which networks a test tries.</summary>
    /// <param name="few">A few small ones.</param>
    /// <param name="all">All that it can try.</param>
    internal static string[] Choose(string[] few, Func<string[]> all) =>
        Environment.GetEnvironmentVariable(Variable) switch
        {
            null => few,
            "all" => all(),
            var names => names.Split(' '),
        };

    /// <summary>A network's files. They are written when they are asked for first.</summary>
    /// <param name="name">The network.</param>
    /// <param name="options">How it is exported: options of the script, with spaces between.</param>
    internal ExportedNetwork Get(string name, string options = "")
    {
        lock (gate)
        {
            if (!folders.TryGetValue(options, out var folder))
            {
                folders[options] = folder = new();
            }

            var network = new ExportedNetwork(folder, name);
            if (!File.Exists(network.File))
            {
                var names = Together.GetValueOrDefault(options, []) is var some && some.Contains(name) ? some : [name];
                var how = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                ExportedNetwork.Export(folder, [.. names, .. how]);
            }

            return network;
        }
    }

    /// <summary>Deletes a network's files if no other test asks for them: those of all networks take many gigabytes.
    /// </summary>
    internal static void Release(ExportedNetwork network)
    {
        if (!Together.Values.Any(names => names.Contains(network.Name)))
        {
            network.Delete();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var folder in folders.Values)
        {
            folder.Dispose();
        }
    }
}
