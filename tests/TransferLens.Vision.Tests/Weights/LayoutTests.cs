using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Checkpoints that <c>tests/reference/layouts.py</c> writes in the layouts of other people's code.</summary>
public sealed class LayoutTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";
    private const int Classes = 7;

    private static readonly (string Name, int Size)[] Plain =
    [
        ("resnet18", 64),
        ("vit_tiny_patch16_224", 224),
        ("convnext_tiny", 64),
        ("mobilenet_v2", 64),
        ("densenet121", 64),
        ("vgg16_bn", 32),
    ];

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
            using var network = Networks.Find(name).CreateOutline(Classes);
            using var weights = ReferenceWeights.Of(network);
            Safetensors.Write(folder[$"{name}.safetensors"], weights);
        }

        var (code, error) = Run([Checkout.PathOf("tests", "reference", "layouts.py"), folder.Path]);
        Assert.True(code == 0, error);
        var layouts = JsonNode.Parse(File.ReadAllText(folder["layouts.json"]))!.AsObject();
        var expected = Plain.ToDictionary(
            network => network.Name,
            network => (With: Logits(folder, network, true), Without: Logits(folder, network, false))
        );
        var problems = layouts
            .Select(entry => Problem(folder, entry.Key, entry.Value!, expected))
            .OfType<string>()
            .ToList();
        output.WriteLine($"{layouts.Count - problems.Count} of {layouts.Count} layouts give the same logits");
        Assert.Empty(problems);
        Assert.InRange(layouts.Count, 50, int.MaxValue);
    }

    private static string? Problem(
        TemporaryFolder folder,
        string layout,
        JsonNode expected,
        Dictionary<string, (float[] With, float[] Without)> logits
    )
    {
        try
        {
            var name = (string)expected["network"]!;
            var hasHead = (bool)expected["head"]!;
            var path = Path.Combine(folder.Path, (string)expected["path"]!);
            var key = (string?)expected["key"];
            using var read = Checkpoint.Read(path, Networks.Find(name), key);
            using var found = Checkpoint.Identify(path, key);
            if (found.Network?.Name != name || read.Classes is not null != hasHead)
            {
                return $"{layout}: is a {found.Network?.Name} with {read.Classes} classes";
            }

            var said = read.Notes.Text;
            foreach (var word in expected["says"]!.AsArray().Select(word => (string)word!).Where(word => word != "half"))
            {
                if (!$"{said} {string.Join(' ', read.Notes.Dropped)}".Contains(word, StringComparison.Ordinal))
                {
                    return $"{layout}: '{word}' is not in '{said}'";
                }
            }

            var size = Plain.Single(network => network.Name == name).Size;
            var given = Logits(name, size, read.Weights, hasHead);
            var wanted = hasHead ? logits[name].With : logits[name].Without;
            var tolerance = layout == "half_precision" ? 2e-2 : 1e-5;
            var scale = wanted.Max(Math.Abs);
            var worst = given.Zip(wanted).Max(pair => Math.Abs(pair.First - pair.Second)) / Math.Max(1, scale);
            return worst <= tolerance ? null : $"{layout}: logits differ by {worst}";
        }
        catch (Studies.Inputs.InputException refused)
        {
            return $"{layout}: {refused.Message}";
        }
    }

    private static float[] Logits(TemporaryFolder folder, (string Name, int Size) network, bool hasHead)
    {
        using var weights = Safetensors.Read(folder[$"{network.Name}.safetensors"]);
        return Logits(network.Name, network.Size, weights, hasHead);
    }

    private static float[] Logits(string name, int size, StateDict weights, bool hasHead)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Networks.Create(name, Classes, seed: 3);
        WeightsLoader.Load(network, weights, newHead: !hasHead);
        network.eval();
        return network.call(ReferenceWeights.Images(size)).data<float>().ToArray();
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
}
