using System.Collections.Immutable;
using System.IO.Compression;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Numpy;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// NumPy's <c>.npz</c>: a zip archive of <c>NAME.npy</c>, each a header with type, order and shape, and the bytes.
/// Slashes in names become dots. Source: <c>numpy/lib/format.py</c>.
/// </summary>
internal sealed class NpzFile : TensorFile
{
    private const string Extension = ".npy";

    private readonly ZipArchive archive;
    private readonly FileStream file;
    private readonly long limit;

    private NpzFile(string path, ZipArchive archive, FileStream file)
        : base(path)
    {
        (this.archive, this.file) = (archive, file);
        limit = (8 * file.Length) + (64L << 20);
        Tensors = [.. archive.Entries.Where(IsArray).Select(Describe)];
        if (Tensors.Select(tensor => tensor.Name).Distinct(StringComparer.Ordinal).Count() < Tensors.Length)
        {
            throw Broken("it has two arrays of one name");
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>Whether an archive contains arrays.</summary>
    public static bool Contains(ZipArchive archive) => archive.Entries.Any(IsArray);

    /// <summary>Opens a file, and takes ownership of the archive and its file.</summary>
    public static NpzFile Open(string path, ZipArchive archive, FileStream file)
    {
        try
        {
            return new(path, archive, file);
        }
        catch (Exception failure)
        {
            archive.Dispose();
            if (IsDamage(failure))
            {
                throw Broken(path, "it is damaged or truncated");
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        archive.Dispose();
        file.Dispose();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen)
    {
        if (chosen.Sum(tensor => (decimal)((ArrayEntry)tensor.Source).Bytes) > limit)
        {
            throw Broken("its arrays are far larger than the file");
        }

        try
        {
            return [.. chosen.Select(Read)];
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw Broken("it is damaged or truncated");
        }
    }

    private static bool IsArray(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(Extension, StringComparison.Ordinal) && entry.FullName.Length > Extension.Length;

    private static bool IsDamage(Exception failure) =>
        failure
            is InvalidDataException
                or NotSupportedException
                or IOException
                or ArgumentException
                or OverflowException;

    private StoredTensor Describe(ZipArchiveEntry entry)
    {
        var name = entry.FullName[..^Extension.Length].Replace('/', '.');
        using var stream = entry.Open();
        var header = NumpyHeader.Read(stream, why =>
            Broken($"the array '{WeightsFile.Printable(name)}' cannot be read ({why})")
        );
        long[] shape = [.. header.Shape];
        var (element, length) = (header.Type, header.Length);
        var type = NumpyArrays.TypeOf(element);
        var count = WeightsFile.CountElements(shape)
            ?? throw Broken($"the array '{WeightsFile.Printable(name)}' has an impossible shape");
        var bytes = count * (type?.Bytes ?? 1);
        if (type is not null && bytes != entry.Length - length)
        {
            throw Broken($"the array '{WeightsFile.Printable(name)}' does not fill its entry");
        }

        var strides = NumpyElements.Strides(shape, header.IsByColumn);
        return new("", name, shape, new ArrayEntry(entry, type, element.IsBigEndian, length, bytes, strides))
        {
            Problem = type is null ? $"has NumPy's type {WeightsFile.Printable(element.Code)}" : null,
        };
    }

    private Tensor Read(StoredTensor tensor)
    {
        var entry = (ArrayEntry)tensor.Source;
        if (entry.Bytes > Array.MaxLength)
        {
            throw new InputException(
                $"The array '{WeightsFile.Printable(tensor.Name)}' in '{Path}' is larger than 2 GiB; save the tensors "
                    + "as safetensors."
            );
        }

        using var stream = entry.Entry.Open();
        stream.ReadExactly(new byte[entry.Header]);
        var bytes = new byte[entry.Bytes];
        stream.ReadExactly(bytes);
        bytes = entry.IsBigEndian ? NumpyElements.Reversed(bytes, entry.Type!.Bytes) : bytes;
        using var whole = entry.Type!.CreateTensor(bytes, [bytes.Length / entry.Type.Bytes]);
        using var view = whole.as_strided(tensor.Shape, entry.Strides);
        return view.clone().contiguous();
    }

    private InputException Broken(string why) => Broken(Path, why);

    private static InputException Broken(string path, string why) =>
        new($"'{path}' is not a valid file of NumPy arrays: {why}; get the file again.");

    private sealed record ArrayEntry(
        ZipArchiveEntry Entry,
        TensorType? Type,
        bool IsBigEndian,
        int Header,
        long Bytes,
        long[] Strides
    );
}
