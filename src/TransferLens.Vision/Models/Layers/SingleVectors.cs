using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TransferLens.Vision.Models.Layers;

/// <summary>float32 as it is.</summary>
internal readonly unsafe struct SingleVectors : IVectorFormat<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* address) => Vector512.Load(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, float* address) => values.Store(address);
}
