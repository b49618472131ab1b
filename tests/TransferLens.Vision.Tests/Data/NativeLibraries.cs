using System.Runtime.CompilerServices;
using TransferLens.Runtime;

namespace TransferLens.Tests;

/// <summary>Loads libtorch before any test, since a test may make a tensor before it touches the library.</summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    internal static void Load() => TensorRuntime.EnsureLoaded();
}
