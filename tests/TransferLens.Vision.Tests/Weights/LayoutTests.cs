using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Checkpoints that <c>tests/reference/layouts.py</c> writes in the layouts of other people's code.</summary>
public sealed class LayoutTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";
    private const int Classes = 7;

    // Small networks of the kinds whose shipped ones fill hundreds of megabytes.
    private static readonly TransformerShape Tiny = new(14, 128, 2, 4);

    private static readonly NetworkArchitecture[] Small =
    [
        VisionTransformers.Declare("tiny_clip", Tiny with { IsClip = true }),
        VisionTransformers.Declare("tiny_clip_quickgelu", Tiny with { IsClip = true, HasQuickGelu = true }),
        VisionTransformers.Declare("tiny_dinov2", Tiny with { LayerScale = 1e-5 }),
        VisionTransformers.Declare(
            "tiny_reg4_dinov2",
            Tiny with
            {
                LayerScale = 1e-5,
                Registers = 4,
                PlacesPrefix = false,
                Width = 192,
            }
        ),
    ];

    private static readonly (string Name, int Size)[] Plain =
    [
        ("resnet18", 64),
        ("vit_tiny_patch16_224", 224),
        ("vit_small_patch16_mocov3_224", 64),
        ("convnext_tiny", 64),
        ("mobilenet_v2", 64),
        ("efficientnet_b0", 64),
        ("swin_t", 64),
        ("densenet121", 64),
        ("vgg16_bn", 32),
        ("tiny_clip", 56),
        ("tiny_dinov2", 56),
        ("tiny_reg4_dinov2", 56),
    ];

    private static readonly NetworkArchitecture[] All = [.. Networks.All, .. Small];

    [Fact]
    public void Every_layout_gives_the_logits_of_the_plain_file()
    {
        Assert.SkipUnless(
            File.Exists(Python) && Run(["-c", "import torch, numpy"]).Code == 0,
            "PyTorch is missing, which writes the layouts here: apt-get install python3-torch python3-numpy"
        );
        using var folder = new TemporaryFolder();
        foreach (var (name, _) in Plain)
        {
            using var network = Find(name).CreateOutline(Classes);
            using var weights = ReferenceWeights.Of(network);
            if (name == "tiny_clip")
            {
                weights["head.bias"].zero_(); // which CLIP does not have
            }

            using var half = name == "vgg16_bn" ? Halved(weights) : null; // for the size of its file
            Safetensors.Write(folder[$"{name}.safetensors"], half ?? weights);
        }

        var (code, error) = Run([Checkout.PathOf("tests", "reference", "layouts.py"), folder.Path]);
        Assert.True(code == 0, error);
        var layouts = JsonNode.Parse(File.ReadAllText(folder["layouts.json"]))!.AsObject();
        var networks = Plain.ToDictionary(network => network.Name, network => new Reference(folder, network));
        networks["tiny_clip_quickgelu"] = new(folder, ("tiny_clip", 56), "tiny_clip_quickgelu");
        var problems = layouts
            .Select(entry => Problem(folder, entry.Key, entry.Value!, networks))
            .OfType<string>()
            .ToList();
        foreach (var network in networks.Values)
        {
            network.Dispose();
        }

        output.WriteLine($"{layouts.Count - problems.Count} of {layouts.Count} layouts give the same logits");
        Assert.Empty(problems);
        Assert.InRange(layouts.Count, 95, int.MaxValue);
    }

    private static string? Problem(
        TemporaryFolder folder,
        string layout,
        JsonNode expected,
        Dictionary<string, Reference> networks
    )
    {
        try
        {
            var name = (string)expected["network"]!;
            var (hasHead, key) = ((bool)expected["head"]!, (string?)expected["key"]);
            using var found = Checkpoint.Identify(Path.Combine(folder.Path, (string)expected["path"]!), key, All);
            if (found.Network?.Name != name || found.Classes is not null != hasHead)
            {
                return $"{layout}: is a {found.Network?.Name} with {found.Classes} classes";
            }

            if (Again(found, Path.Combine(folder.Path, (string)expected["path"]!)) is { } otherwise)
            {
                return $"{layout}: {otherwise}";
            }

            var said = $"{found.Notes.Text} {string.Join(' ', found.Notes.Dropped)}";
            var words = expected["says"]!.AsArray().Select(word => (string)word!);
            if (words.FirstOrDefault(word => !said.Contains(word, StringComparison.Ordinal)) is { } unsaid)
            {
                return $"{layout}: '{unsaid}' is not in '{said}'";
            }

            var worst = networks[name].Difference(found.Weights, hasHead);
            return worst <= (layout == "half_precision" ? 2e-2 : 1e-5) ? null : $"{layout}: logits differ by {worst}";
        }
        catch (InputException refused)
        {
            return $"{layout}: {refused.Message}";
        }
    }

    // The key in the notes chooses the same state dict, with its head.
    private static string? Again(CheckpointWeights found, string path)
    {
        if (found.Notes.Key is not { } key)
        {
            return null;
        }

        using var again = Checkpoint.Identify(path, key, All);
        return (again.Network?.Name, again.Classes) == (found.Network?.Name, found.Classes)
            ? null
            : $"by the key '{key}' a {again.Network?.Name} with {again.Classes} classes";
    }

    private static NetworkArchitecture Find(string name) => All.Single(network => network.Name == name);

    private static StateDict Halved(StateDict weights)
    {
        using var scope = NewDisposeScope();
        return new(
            weights
                .Select(entry =>
                    KeyValuePair.Create(
                        entry.Key,
                        entry.Value.is_floating_point() ? entry.Value.to(ScalarType.Float16) : entry.Value.alias()
                    )
                )
                .ToList()
        );
    }

    private static (int Code, string Error) Run(string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    /// <summary>A network, and its logits with the plain file's weights, with their head or with one of its own.</summary>
    private sealed class Reference : IDisposable
    {
        private readonly NetworkArchitecture architecture;
        private readonly Network network;
        private readonly int size;
        private readonly StateDict initial;
        private readonly float[] withHead;
        private readonly float[] withOwnHead;

        public Reference(TemporaryFolder folder, (string Name, int Size) plain, string? network = null)
        {
            architecture = Find(network ?? plain.Name);
            (this.network, size) = (architecture.Create(Classes, seed: 3), plain.Size);
            initial = StateDict.Of(this.network);
            using var weights = Safetensors.Read(folder[$"{plain.Name}.safetensors"]);
            (withHead, withOwnHead) = (Logits(weights, true), Logits(weights, false));
        }

        /// <summary>The largest difference of a logit, as a share of the largest logit where that exceeds 1.</summary>
        public float Difference(StateDict weights, bool hasHead)
        {
            var wanted = hasHead ? withHead : withOwnHead;
            var given = Logits(weights, hasHead);
            return given.Zip(wanted).Max(pair => Math.Abs(pair.First - pair.Second))
                / Math.Max(1, wanted.Max(Math.Abs));
        }

        public void Dispose()
        {
            initial.Dispose();
            network.Dispose();
        }

        private float[] Logits(StateDict weights, bool hasHead)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            initial.CopyTo(network);
            if (architecture.VariantFor(weights) is var variant && variant != architecture)
            {
                using var other = variant.CreateOutline(Classes);
                return Logits(other, weights, hasHead);
            }

            return Logits(network, weights, hasHead);
        }

        // A new head has the same values in every variant.
        private float[] Logits(Network network, StateDict weights, bool hasHead)
        {
            WeightsLoader.Load(network, weights, newHead: !hasHead);
            if (!hasHead)
            {
                foreach (var (name, value) in initial.Where(entry => network.Head.Owns(entry.Key)))
                {
                    network.state_dict()[name].copy_(value);
                }
            }

            network.eval();
            return network.call(ReferenceWeights.Images(size)).data<float>().ToArray();
        }
    }
}
