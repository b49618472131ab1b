using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// NumPy's <c>.npz</c>: a zip archive of <c>NAME.npy</c>, each a header with type, order and shape, and the bytes.
/// Slashes in names become dots. Source: <c>numpy/lib/format.py</c>.
/// </summary>
internal sealed partial class NpzFile : TensorFile
{
    private const string Extension = ".npy";
    private const int LargestHeader = 1 << 16;

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
        var header = Header(stream, out var length);
        var fields = Fields().Match(header);
        if (!fields.Success)
        {
            throw Broken($"the header of '{WeightsFile.Printable(name)}' is not one that NumPy writes");
        }

        long[] shape =
        [
            .. fields
                .Groups["shape"]
                .Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(text => long.Parse(text.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture)),
        ];
        var code = fields.Groups["type"].Value;
        var element = new PickledType(code);
        var type = NumpyArrays.TypeOf(element);
        var count = WeightsFile.CountElements(shape)
            ?? throw Broken($"the array '{WeightsFile.Printable(name)}' has an impossible shape");
        var bytes = count * (type?.Bytes ?? 1);
        if (type is not null && bytes != entry.Length - length)
        {
            throw Broken($"the array '{WeightsFile.Printable(name)}' does not fill its entry");
        }

        var strides = NumpyArrays.Strides(shape, fields.Groups["order"].Value == "True");
        return new("", name, shape, new ArrayEntry(entry, type, element.IsBigEndian, length, bytes, strides))
        {
            Problem = type is null ? $"has NumPy's type {WeightsFile.Printable(code)}" : null,
        };
    }

    private string Header(Stream stream, out int length)
    {
        var start = new byte[12];
        stream.ReadExactly(start.AsSpan(0, 10));
        if (!start.AsSpan().StartsWith(Encoding.Latin1.GetBytes("\u0093NUMPY")))
        {
            throw Broken("an entry of it does not begin as NumPy's arrays do");
        }

        var (prefix, size) = (10, (int)BitConverter.ToUInt16(start, 8));
        if (start[6] > 1)
        {
            stream.ReadExactly(start.AsSpan(10, 2));
            (prefix, size) = (12, BitConverter.ToInt32(start, 8));
        }

        var text = size is >= 0 and <= LargestHeader
            ? new byte[size]
            : throw Broken("an entry of it has a huge header");
        stream.ReadExactly(text);
        length = prefix + size;
        return Encoding.Latin1.GetString(text);
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
        bytes = entry.IsBigEndian ? NumpyArrays.Reversed(bytes, entry.Type!.Bytes) : bytes;
        using var whole = entry.Type!.CreateTensor(bytes, [bytes.Length / entry.Type.Bytes]);
        using var view = whole.as_strided(tensor.Shape, entry.Strides);
        return view.clone().contiguous();
    }

    private InputException Broken(string why) => Broken(Path, why);

    private static InputException Broken(string path, string why) =>
        new($"'{path}' is not a valid file of NumPy arrays: {why}; get the file again.");

    [GeneratedRegex(
        """^\{\s*'descr':\s*(?:'(?<type>[^']*)'|(?<type>\[[^\]]{0,2000}\])),"""
            + """\s*'fortran_order':\s*(?<order>True|False),"""
            + """\s*'shape':\s*\(\s*(?<shape>(?:[0-9]+L?\s*(?:,\s*[0-9]+L?\s*)*,?\s*)?)\),?\s*\}\s*$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Fields();

    private sealed record ArrayEntry(
        ZipArchiveEntry Entry,
        TensorType? Type,
        bool IsBigEndian,
        int Header,
        long Bytes,
        long[] Strides
    );
}
