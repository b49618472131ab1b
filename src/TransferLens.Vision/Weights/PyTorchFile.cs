using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch checkpoints, in the zip format (since 1.6) and the older plain-pickle format. Nothing in a file is executed.
/// </summary>
public static class PyTorchFile
{
    /// <summary>Reads the tensors of a checkpoint: those under <c>state_dict</c> or <c>model</c> where there is one, else
    /// those at the top; entries that are not tensors are left out.</summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>Tensors with storages of their own, row by row, whatever they shared in the file.</returns>
    /// <exception cref="InputException">The file cannot be read, is damaged, holds no tensor, would unfold to far more
    /// than its length, or asks for anything but tensors and plain values; says what.</exception>
    public static StateDict Read(string path)
    {
        using var file = WeightsFile.Open(path);
        Span<byte> start = stackalloc byte[2];
        var isZip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
        file.Position = 0;
        return isZip ? PyTorchArchive.Read(path, file) : PyTorchPlain.Read(path, file);
    }
}
