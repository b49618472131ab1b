using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Images;
using TransferLens.Vision.Numpy;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Formats;

/// <summary>The format <c>cifar_python</c>.</summary>
internal sealed class CifarPythonFormat : ImageFormat
{
    public override string Name => "cifar_python";

    public override string Summary => "CIFAR-10 or CIFAR-100 in its Python version: a batch or the folder of them.";

    public override PathKind? Location => PathKind.FileOrFolder;

    public override bool TakesSplit => true;

    public override IImageSource Open(DataSource source) => new CifarPython(source);
}

/// <summary>
/// CIFAR-10 and CIFAR-100 in their Python version: pickled dictionaries with <c>data</c>, (n, 3072) uint8, and
/// <c>labels</c> or <c>fine_labels</c>. Nothing in the pickle is executed. Source: Krizhevsky 2009,
/// https://www.cs.toronto.edu/~kriz/cifar.html.
/// </summary>
internal sealed class CifarPython : IImageSource
{
    private const string Version = "Python version, such as cifar-10-batches-py";

    private static readonly ImmutableArray<string> TrainingFiles = ["data_batch_*", "train"];
    private static readonly ImmutableArray<string> TestFiles = ["test_batch", "test"];

    private readonly LocatedFiles files;
    private readonly ImmutableArray<ReadOnlyMemory<byte>> images;

    /// <summary>Reads the batches.</summary>
    /// <exception cref="InputException">There is none, or one is damaged or not of CIFAR.</exception>
    public CifarPython(DataSource source)
    {
        var patterns = source.IsTraining() ? TrainingFiles : TestFiles;
        files = LocatedFiles.Find(source, () => CifarFiles.Find(source, patterns, Version));
        var batches = files.Paths.Select(path => source.Reading(() => Batch(path))).ToList();
        var fine = batches.TrueForAll(batch => batch.IsFine);
        images = [.. batches.SelectMany(batch => batch.Images)];
        var names = files.PathOf(fine ? "meta" : "batches.meta");
        Classes = source.Reading(() => CifarFiles.ClassNames(names, fine, path => NamesIn(path, fine)));
        Labels = ImageLabels.SingleLabel([.. batches.SelectMany(batch => batch.Labels)]);
        Names = ClassOrder.Numbered(Labels.Count);
        if (!Labels.FitClasses(Classes.Length))
        {
            throw new InputException(
                $"The labels of '{source.Location}' are up to {Labels.Single.Max()}, but labels of "
                    + $"CIFAR-{Classes.Length} are "
                    + $"below {Classes.Length}; download the files again."
            );
        }
    }

    public ImmutableArray<string> Classes { get; }

    public ImageLabels Labels { get; }

    public ImmutableArray<string> Names { get; }

    public ImmutableArray<ulong> Contents =>
        field.IsDefault ? field = [.. images.Select(image => ContentHash.Of(image.Span))] : field;

    public string Digest => field ??= files.Digest(["cifar_python", $"{Labels.Count}", .. Classes]);

    public DecodedImage Read(int index) => CifarPixels.Create(images[index].Span);

    private static (bool IsFine, List<ReadOnlyMemory<byte>> Images, List<int> Labels) Batch(string path)
    {
        var top = Dictionary(path);
        var fine = top.ContainsKey("fine_labels");
        var labels = top.GetValueOrDefault(fine ? "fine_labels" : "labels") as List<object?>;
        var data = top.GetValueOrDefault("data") is PickledArray { Type.Name: "u1" } array ? ByRow(array) : null;
        if (
            labels is null
            || data is null
            || data.Length != (long)labels.Count * CifarPixels.Bytes
            || labels.Count == 0
        )
        {
            throw new InputException(
                $"'{path}' is not a batch of CIFAR: it needs labels, and as many images of {CifarPixels.Bytes} bytes."
            );
        }

        List<int> numbers = labels.ConvertAll(label =>
            label is long and >= 0 and < 100
                ? (int)(long)label
                : throw new InputException(
                    $"A label in '{path}' is {Sentence.Short($"{label}")}, not an integer from 0 to 99; "
                        + "get the file again."
                )
        );
        var images = Enumerable
            .Range(0, labels.Count)
            .Select(i => (ReadOnlyMemory<byte>)data.AsMemory(i * CifarPixels.Bytes, CifarPixels.Bytes));
        return (fine, [.. images], numbers);
    }

    private static byte[]? ByRow(PickledArray array) =>
        array is { IsByColumn: true, Shape: [> 0 and var images, CifarPixels.Bytes], Bytes: { } bytes }
        && bytes.Length / CifarPixels.Bytes == images
            ? NumpyElements.ByRow(bytes, array.Shape, width: 1)
        : array.IsByColumn ? null
        : array.Bytes;

    private static OrderedDictionary<string, object?> Dictionary(string path)
    {
        DataFile.Check(path, InputFile.MostBytes);
        return (DataPickle.Read(File.ReadAllBytes(path), path) as PickleDictionary)?.Entries
            ?? throw new InputException($"'{path}' is not a batch of CIFAR: it contains no dictionary.");
    }

    private static IEnumerable<string> NamesIn(string path, bool fine)
    {
        var names = Dictionary(path).GetValueOrDefault(fine ? "fine_label_names" : "label_names") as List<object?>;
        return (names ?? []).Select(DataPickle.Text).OfType<string>();
    }
}
