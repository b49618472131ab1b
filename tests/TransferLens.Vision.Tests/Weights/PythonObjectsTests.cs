using System.Diagnostics;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>What <c>tests/reference/python_objects.py</c> pickles next to tensors, by <c>torch.save</c>.</summary>
public sealed class PythonObjectsTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Objects_beside_the_tensors_are_blanks_in_every_protocol_and_odd_tensors_are_named()
    {
        using var folder = new TemporaryFolder();
        using (var network = Networks.Find("cifar_resnet8").CreateOutline(4))
        {
            File.WriteAllLines(
                folder["shapes.txt"],
                network
                    .state_dict()
                    .Select(entry =>
                        $"{entry.Key} {(entry.Value.dim() == 0 ? "-" : string.Join(',', entry.Value.shape))}"
                    )
            );
        }

        Assert.SkipUnless(File.Exists(Python) && Run(["-c", "import torch, numpy"]).Code == 0, "PyTorch is missing");
        var (code, error) = Run([Checkout.PathOf("tests", "reference", "python_objects.py"), folder.Path]);
        Assert.True(code == 0, error);
        foreach (var file in (string[])["2.pth", "3.pth", "4.pth", "5.pth", "old.pth", "1.pth", "plain.pkl"])
        {
            using var read = Checkpoint.Identify(folder[file]);
            Assert.Equal(("cifar_resnet8", 4), (read.Network?.Name, read.Classes));
        }

        foreach (var file in (string[])["parameter.pth", "transposed.pth", "expanded.pth"])
        {
            using var read = Checkpoint.Read(folder[file]);
            Assert.Equal(["a", "linear.weight"], read.Keys);
        }

        // Elements in both orders of bytes, and axes in both orders.
        foreach (var file in (string[])["numpy<C.pth", "numpy>C.pth", "numpy<F.pth", "numpy>F.pth"])
        {
            using var read = Checkpoint.Read(folder[file]);
            Assert.All(read.Values, tensor =>
                Assert.Equal(
                    Enumerable.Range(0, (int)tensor.numel()).Select(i => (float)i),
                    tensor.data<float>().ToArray()
                )
            );
        }

        AssertNamed("sparse", "is sparse");
        AssertNamed("csr", "is sparse");
        AssertNamed("quantized", "is quantized");
        AssertNamed("meta", "is on the meta device");

        void AssertNamed(string file, string why) =>
            Assert.Contains(
                $"The tensor 'linear.weight' in '{folder[$"{file}.pth"]}' {why}",
                Assert.Throws<InputException>(() => Checkpoint.Read(folder[$"{file}.pth"])).Message,
                StringComparison.Ordinal
            );
    }

    private static (int Code, string Error) Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
