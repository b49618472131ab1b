using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Runtime;

namespace TransferLens.Vision.Tests.Runtime;

public sealed class LibtorchFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Lib => folder["torch/lib"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("__version__ = '2.10.0+cu128'\ndebug = False\ncuda: Optional[str] = '12.8'\n", "2.10.0+cu128")]
    [InlineData("from typing import Optional\n__version__: str = \"2.10.0\"\n", "2.10.0")]
    public void The_version_is_the_one_that_PyTorch_states_next_to_its_libraries(string text, string version)
    {
        Make("libc10.so", "libtorch.so", "libtorch_cpu.so");
        File.WriteAllText(folder["torch/version.py"], text);
        Assert.Equal(new(Lib, version), LibtorchFolder.Read($"{Lib}/"));
    }

    [Fact]
    public void An_unpacked_archive_states_its_version_in_a_file_of_its_own()
    {
        Make("libc10.so", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so");
        File.WriteAllText(folder["torch/build-version"], "2.10.0+cu126\n");
        var found = LibtorchFolder.Read(Lib);
        Assert.Equal("2.10.0+cu126", found.Version);
        Assert.Equal(folder["torch/lib/libtorch_cuda.so"], found.Find("libtorch_cuda.so"));
        Assert.Null(found.Find("libc10_cuda.so"));
    }

    [Theory]
    [InlineData("2.1.0")]
    [InlineData("2.10.1+cpu")]
    [InlineData("2.10.0a0")]
    public void Another_version_is_refused(string version)
    {
        Make("libc10.so", "libtorch.so", "libtorch_cpu.so");
        File.WriteAllText(folder["torch/version.py"], $"__version__ = '{version}'\n");
        Assert.Equal(
            $"TRANSFERLENS_LIBTORCH is '{Lib}', which is libtorch {version}, but TorchSharp 0.107.0 needs 2.10.0; "
                + "install PyTorch 2.10.0, or unset it.",
            Refused()
        );
    }

    [Fact]
    public void A_folder_without_all_libraries_is_refused()
    {
        Make("libc10.so", "libtorch_cpu.so");
        Assert.StartsWith(
            $"TRANSFERLENS_LIBTORCH is '{Lib}', but libtorch.so is not there; give the folder torch/lib",
            Refused()
        );
    }

    [Fact]
    public void A_folder_whose_version_is_not_stated_is_refused()
    {
        Make("libc10.so", "libtorch.so", "libtorch_cpu.so");
        File.WriteAllText(folder["torch/version.py"], "cuda = None\n");
        Assert.Contains(
            "neither version.py nor build-version next to that folder states its version",
            Refused(),
            StringComparison.Ordinal
        );
    }

    private string Refused() => Assert.Throws<InputException>(() => LibtorchFolder.Read(Lib)).Message;

    private void Make(params string[] libraries)
    {
        Directory.CreateDirectory(Lib);
        foreach (var library in libraries)
        {
            File.WriteAllText(Path.Combine(Lib, library), "");
        }
    }
}
