using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TransferLens.Vision.Models.Layers;

/// <summary>bfloat16: the upper half of float32, rounded to the nearest, ties to even; NaN stays NaN.</summary>
internal readonly unsafe struct Bfloat16Vectors : IVectorFormat<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* address) =>
        (Vector512.WidenLower(Vector256.Load(address).ToVector512Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> values, ushort* address)
    {
        var bits = values.AsUInt32();
        var odd = (bits >>> 16) & Vector512.Create(1u);
        var rounded = (bits + Vector512.Create(0x7FFFu) + odd) >>> 16;
        var numbers = Vector512.Equals(values, values).AsUInt32();
        var kept = Vector512.ConditionalSelect(numbers, rounded, Vector512.Create(0x7FC0u));
        Vector512.Narrow(kept, kept).GetLower().Store(address);
    }
}
