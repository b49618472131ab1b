using TransferLens.Vision.Numpy;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Weights;

/// <summary>NumPy's arrays in a checkpoint as tensors. Detectron's files consist of them.</summary>
internal static class NumpyArrays
{
    /// <summary>
    /// The tensor of an array, a <see cref="TensorView"/> or an <see cref="UnreadableTensor"/>; null before the array
    /// has its content.
    /// </summary>
    /// <exception cref="Studies.Inputs.InputException">Its shape is impossible, or does not match its
    /// bytes.</exception>
    public static object? Tensor(PyTorchObjects objects, PickledArray array)
    {
        if (array.Type is not { } type)
        {
            return null;
        }

        if (WeightsFile.CountElements(array.Shape) is not { } count)
        {
            throw objects.Broken("it has an array of an impossible shape");
        }

        if (TypeOf(type) is not { } element || array.Bytes is not { } bytes)
        {
            return new UnreadableTensor(array.Shape, $"has NumPy's type {PrintableText.Create(type.Code)}");
        }

        return count * element.Bytes == bytes.Length
            ? new TensorView(
                objects.Storages.Add(element, bytes, type.IsBigEndian),
                0,
                array.Shape,
                NumpyElements.Strides(array.Shape, array.IsByColumn)
            )
            : throw objects.Broken($"it has an array of {count} elements in {bytes.Length} bytes");
    }

    /// <summary>The same type here; null if there is none.</summary>
    public static TensorType? TypeOf(PickledType type) =>
        type.Name switch
        {
            "f4" => TensorType.Named("F32"),
            "f8" => TensorType.Named("F64"),
            "f2" => TensorType.Named("F16"),
            "i8" => TensorType.Named("I64"),
            "i4" => TensorType.Named("I32"),
            "i2" => TensorType.Named("I16"),
            "i1" => TensorType.Named("I8"),
            "u1" => TensorType.Named("U8"),
            "b1" or "?" => TensorType.Named("BOOL"),
            _ => null,
        };
}
