using System.Runtime.CompilerServices;
using TransferLens.Vision.Runtime;

namespace TransferLens.Vision.Tests.Images;

/// <summary>
/// Before any test: loads libtorch, since a test may make a tensor before it touches the library, and turns to a cache
/// folder of the tests' own, so that they leave the user's alone.
/// </summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    internal static void Load()
    {
        TensorRuntime.EnsureLoaded();
        Environment.SetEnvironmentVariable(
            "TRANSFERLENS_CACHE",
            Path.Combine(Path.GetTempPath(), $"transferlens-test-cache-{Environment.UserName}")
        );
    }
}
