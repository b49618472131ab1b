using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>cifar_binary</c>.</summary>
internal sealed class CifarBinaryFormat : ImageFormat
{
    public override string Name => "cifar_binary";

    public override string Summary => "CIFAR-10 or CIFAR-100 in its binary version: a file or the folder of them.";

    public override ImmutableArray<string> Endings => [".bin"];

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override IImageSource Open(DataSource source) => new CifarBinary(source);
}

/// <summary>
/// CIFAR-10 and CIFAR-100 in their binary version: records of one label byte (CIFAR-100: a coarse and a fine one, of
/// which the fine one is used) and 3 x 32 x 32 pixel bytes, red, green, blue. Source: Krizhevsky 2009,
/// https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
internal sealed class CifarBinary : IImageSource
{
    private static readonly ImmutableArray<string> TrainingFiles = ["data_batch_*.bin", "train.bin"];
    private static readonly ImmutableArray<string> TestFiles = ["test_batch.bin", "test.bin"];

    private readonly LocatedFiles files;
    private readonly ImmutableArray<(string File, long Offset)> positions;

    /// <summary>Reads the labels; <see cref="DataSource.Location"/> is one .bin file or the folder of them.</summary>
    /// <exception cref="InputException">
    /// There is no such file, its length is not a multiple of a record's, or a label is out of range.
    /// </exception>
    public CifarBinary(DataSource source)
    {
        var patterns = source.IsTraining() ? TrainingFiles : TestFiles;
        files = LocatedFiles.Find(source, () => CifarFiles.Find(source, patterns, "binary version"));
        var fine = source.Reading(() => IsFine(source));
        var records = source.Reading(() => files.Names.SelectMany(file => Records(file, fine)).ToList());
        var names = files.PathOf(fine ? "fine_label_names.txt" : "batches.meta.txt");
        Classes = source.Reading(() => CifarFiles.ClassNames(names, fine, Lines));
        Labels = ImageLabels.SingleLabel([.. records.Select(record => record.Label)]);
        positions = [.. records.Select(record => (record.File, record.Offset))];
        Names = ClassOrder.Numbered(Labels.Count);
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public string Digest => field ??= files.Digest(["cifar_binary", $"{Labels.Count}", .. Classes]);

    public ImmutableArray<ulong> Contents =>
        field.IsDefault ? field = [.. Enumerable.Range(0, Labels.Count).Select(i => ContentHash.Of(Planes(i)))] : field;

    public DecodedImage Read(int index) => CifarPixels.Create(Planes(index));

    private byte[] Planes(int index)
    {
        var (name, offset) = positions[index];
        var path = files.PathOf(name);
        var planes = new byte[CifarPixels.Bytes];
        using var file = File.OpenHandle(path);
        return RandomAccess.Read(file, planes, offset) == planes.Length
            ? planes
            : throw new InputException(
                $"The file '{path}' became shorter while it was being read; restore it and run again."
            );
    }

    // CIFAR-100's records are one byte longer. In a folder, file names tell which it is; for a single file, its length
    // does.
    private bool IsFine(DataSource source)
    {
        var named = files.Names[0] is "train.bin" or "test.bin";
        var length = new FileInfo(files.PathOf(files.Names[0])).Length;
        return Directory.Exists(source.Location) || length % (1 + CifarPixels.Bytes) == length % (2 + CifarPixels.Bytes)
            ? named
            : length % (2 + CifarPixels.Bytes) == 0;
    }

    private IEnumerable<(int Label, string File, long Offset)> Records(string name, bool fine)
    {
        var path = files.PathOf(name);
        var (header, classes) = (fine ? 2 : 1, CifarFiles.Classes(fine));
        var recordBytes = header + CifarPixels.Bytes;
        DataFile.Check(path);
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length == 0 || length % recordBytes != 0)
        {
            throw new InputException(
                $"The file '{path}' has {length} bytes, which is not a multiple of "
                    + $"a CIFAR-{classes} record of {recordBytes} bytes; download it again."
            );
        }

        var label = new byte[1];
        for (var start = 0L; start < length; start += recordBytes)
        {
            RandomAccess.Read(file, label, start + header - 1);
            yield return label[0] < classes
                ? (label[0], name, start + header)
                : throw new InputException(
                    $"Image {start / recordBytes} in the file '{path}' has the label {label[0]}, "
                        + $"but labels of CIFAR-{classes} are below {classes}; download the file again."
                );
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        DataFile.Check(path, InputFile.MostBytes);
        return InputText.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0);
    }
}
