using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public sealed class LibtorchFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_libtorch_of_an_installed_PyTorch_is_loaded_and_doctor_says_that_it_matches()
    {
        // Links to the command's own libraries, in the folders of an installed PyTorch.
        var libraries = folder["torch/lib"];
        Directory.CreateDirectory(libraries);
        foreach (var library in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "libtorch")))
        {
            File.CreateSymbolicLink(Path.Combine(libraries, Path.GetFileName(library)), library);
        }

        File.WriteAllText(folder["torch/version.py"], "__version__ = '2.10.0+cpu'\n");
        var lines = Run(libraries, "doctor").Ended(0).Output;
        Assert.StartsWith(
            $"pass  tensor library: libtorch 2.10.0+cpu of TRANSFERLENS_LIBTORCH ('{libraries}') matches TorchSharp ",
            lines
        );
        Assert.Contains("the chosen libtorch contains no CUDA packages", lines, StringComparison.Ordinal);
        Assert.StartsWith(
            $"The device 'cuda' is not available, because the libtorch in '{libraries}' is for CPUs only; ",
            Run(libraries, "demo", "--device", "cuda").Refused()
        );
    }

    [Fact]
    public void Another_version_is_refused_before_anything_is_made()
    {
        const string debian = "/usr/lib/python3/dist-packages/torch/lib";
        Assert.SkipUnless(Directory.Exists(debian), "Debian's PyTorch is not installed");
        Assert.Contains(
            $"TRANSFERLENS_LIBTORCH is '{debian}', which is libtorch 1.13.",
            Run(debian, "demo").Refused(),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            $"fail  tensor library: does not load: TRANSFERLENS_LIBTORCH is '{debian}'",
            Run(debian, "doctor").Ended(1).Output
        );
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Path), path =>
            Path.GetFileName(path) != "cache"
        );
    }

    [Fact]
    public void Another_libtorch_that_the_system_finds_is_not_taken()
    {
        // What Debian's python3-torch is to a plan that reads weights; here another library, by the name of libtorch's.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "libtorch/libc10.so"), folder["libtorch_cpu.so"]);
        var weights = SharedData.File("weights/resnet20-12fca82f.th");
        File.WriteAllText(
            folder["study.yaml"],
            $$"""
            study: published
            network: cifar_resnet20
            images: {size: 32, normalize: imagenet}
            pretrained: {weights: "{{weights}}" }
            targets: {drawn: {format: synthetic, style: clipart, train: 4, test: 2} }
            training: {epochs: 1, batch_size: 4, optimizer: {name: sgd} }
            runs: {P-T: {init: pretrained, learning_rate: 0.01, seeds: [1, 2]} }
            analyses: {learning_curves: }
            """
        );
        using var command = Command.StartWith(
            folder.Path,
            new() { ["LD_LIBRARY_PATH"] = folder.Path },
            [],
            ["plan", "study.yaml"]
        );
        command.End().Ended(0);
    }

    private CommandResult Run(string libraries, params string[] arguments)
    {
        using var command = Command.StartWith(
            folder.Path,
            new() { ["TRANSFERLENS_LIBTORCH"] = libraries },
            [],
            arguments
        );
        return command.End();
    }
}
