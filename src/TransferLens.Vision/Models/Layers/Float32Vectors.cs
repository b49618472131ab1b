using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TransferLens.Vision.Models.Layers;

/// <summary>float32, unconverted.</summary>
internal readonly unsafe struct Float32Vectors : IVectorFormat<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* address) => Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, float* address) => values.Store(address);
}
