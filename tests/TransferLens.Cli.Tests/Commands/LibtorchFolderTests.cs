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
