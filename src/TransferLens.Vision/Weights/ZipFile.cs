using System.IO.Compression;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Zip archives: checkpoints of PyTorch (also TorchScript), NumPy's <c>.npz</c>, and what people pack themselves.
/// </summary>
internal static class ZipFile
{
    private static readonly string[] Weights = [".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".th", ".npz", ".h5"];

    /// <summary>Opens an archive, and takes ownership of the file.</summary>
    /// <exception cref="InputException">It is damaged, or contains no weights that can be read.</exception>
    public static TensorFile Open(string path, FileStream file)
    {
        var archive = TryOpen(file);
        if (archive is null || IsPyTorch(archive))
        {
            archive?.Dispose();
            file.Position = 0;
            return PyTorchArchive.Open(path, file);
        }

        if (NpzFile.Contains(archive))
        {
            return NpzFile.Open(path, archive, file);
        }

        using (archive)
        {
            throw Refusal(path, archive);
        }
    }

    private static InputException Refusal(string path, ZipArchive archive)
    {
        var names = archive.Entries.Select(entry => entry.FullName).ToList();
        if (names.Contains("model.weights.h5"))
        {
            return new($"'{path}' is a Keras model. Load it in Keras, and save the tensors with safetensors.");
        }

        if (names is [var only] && only.EndsWith("/version", StringComparison.Ordinal))
        {
            return new($"'{path}' is a PyTorch checkpoint without content, because saving it failed. Save it again.");
        }

        var inside = names.FirstOrDefault(name =>
            Weights.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
        );
        var advice = inside is null
            ? "Give a safetensors file or a PyTorch checkpoint."
            : $"Unpack it, and give '{WeightsFile.Printable(inside)}'.";
        return new($"'{path}' is a zip archive of files, not one file of weights. {advice}");
    }

    private static bool IsPyTorch(ZipArchive archive) =>
        archive.Entries.Any(entry =>
            entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal)
            || entry.FullName.Contains("/data/", StringComparison.Ordinal)
        );

    private static ZipArchive? TryOpen(FileStream file)
    {
        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries.Count;
            return archive;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
