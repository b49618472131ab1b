using System.Runtime.Intrinsics;

namespace TransferLens.Vision.Models.Layers;

/// <summary>A number format in memory, loaded and stored as vectors of 16 float32.</summary>
/// <typeparam name="T">The number's type in memory.</typeparam>
internal unsafe interface IVectorFormat<T>
    where T : unmanaged
{
    /// <summary>Loads numbers.</summary>
    static abstract Vector512<float> Load(T* address);

    /// <summary>Stores numbers, rounded to the nearest.</summary>
    static abstract void Store(Vector512<float> values, T* address);
}
