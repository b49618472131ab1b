using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch checkpoints, in the zip format (since 1.6) and the older plain-pickle format. Nothing in a file is executed.
/// </summary>
internal static class PyTorchFile
{
    /// <summary>
    /// Reads the tensors of a checkpoint: those under <c>state_dict</c>, <c>model</c> or <c>model_state_dict</c> if it
    /// has such an entry, else those at the top level. Entries that are not tensors are skipped.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>Contiguous tensors that share no storage, even if they do in the file.</returns>
    /// <exception cref="InputException">The file cannot be read, is damaged, contains no tensor, would unpack to far
    /// more than its size, or contains objects other than tensors and plain values; the message says
    /// which.</exception>
    public static StateDict Read(string path)
    {
        using var file = WeightsFile.Open(path);
        Span<byte> start = stackalloc byte[2];
        var isZip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
        file.Position = 0;
        return isZip ? PyTorchArchive.Read(path, file) : PyTorchPlain.Read(path, file);
    }
}
