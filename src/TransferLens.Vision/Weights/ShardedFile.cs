using System.Collections.Immutable;
using System.Text.Json;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Weights in several files with an index, <c>*.index.json</c>, whose <c>weight_map</c> gives the file of each tensor.
/// Source: huggingface_hub, <c>serialization/_base.py</c>.
/// </summary>
internal sealed class ShardedFile : TensorFile
{
    private const int MostShards = 1000;
    private const long LargestIndex = 64L << 20;

    private readonly ImmutableArray<TensorFile> shards;

    private ShardedFile(string path, ImmutableArray<TensorFile> shards, ImmutableArray<StoredTensor> tensors)
        : base(path) => (this.shards, Tensors) = (shards, tensors);

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>The files that an index names, in their order; each exists next to it.</summary>
    /// <exception cref="InputException">The index is invalid, or a file is missing; the message names it.</exception>
    public static ImmutableArray<string> FilesOf(string path)
    {
        ImmutableArray<string> names =
        [
            .. ReadMap(path).Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        if (names.FirstOrDefault(name => name.Length == 0 || name.AsSpan().ContainsAny('/', '\\', '\0')) is { } odd)
        {
            throw Broken(path, $"it names the file '{WeightsFile.Printable(odd)}', which is not next to it");
        }

        var folder = Folder(path);
        return names.FirstOrDefault(name => !File.Exists(System.IO.Path.Combine(folder, name))) is { } missing
            ? throw new InputException(
                $"The file '{WeightsFile.Printable(missing)}' is missing, which the index '{path}' names. "
                    + "Download it into the same folder."
            )
            : names;
    }

    /// <summary>Opens every file of an index.</summary>
    /// <param name="path">The index.</param>
    /// <param name="open">Opens one file.</param>
    public static ShardedFile Open(string path, Func<string, TensorFile> open)
    {
        var (files, map) = (FilesOf(path), ReadMap(path));
        if (files.Length is 0 or > MostShards)
        {
            throw Broken(path, $"it names {files.Length} files");
        }

        var shards = ImmutableArray.CreateBuilder<TensorFile>();
        try
        {
            var tensors = ImmutableArray.CreateBuilder<StoredTensor>();
            foreach (var file in files)
            {
                var shard = open(System.IO.Path.Combine(Folder(path), file));
                shards.Add(shard);
                tensors.AddRange(
                    shard
                        .Tensors.Where(tensor => map.GetValueOrDefault(tensor.Path) == file)
                        .Select(tensor => tensor with { Source = new Shard(shard, tensor) })
                );
            }

            var found = tensors.Select(tensor => tensor.Path).ToHashSet(StringComparer.Ordinal);
            return map.Keys.FirstOrDefault(name => !found.Contains(name)) is { } lost
                ? throw Broken(path, $"its tensor '{WeightsFile.Printable(lost)}' is not in the file that it names")
                : new(path, shards.ToImmutable(), tensors.ToImmutable());
        }
        catch
        {
            shards.ToList().ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var shard in shards)
        {
            shard.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen)
    {
        var made = new Tensor[chosen.Count];
        var grouped = chosen
            .Select((tensor, i) => (Index: i, Shard: (Shard)tensor.Source))
            .GroupBy(item => item.Shard.File);
        foreach (var group in grouped)
        {
            var items = group.ToList();
            foreach (var (item, tensor) in items.Zip(group.Key.Read([.. items.Select(item => item.Shard.Tensor)])))
            {
                made[item.Index] = tensor;
            }
        }

        return made;
    }

    private static Dictionary<string, string> ReadMap(string path)
    {
        using var file = InputFile.Open(path, LargestIndex);
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 16 });
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                map[entry.Name] = entry.Value.GetString() ?? throw new FormatException();
            }

            return map;
        }
        catch (Exception failure)
            when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Broken(path, "it has no 'weight_map' of tensors and files");
        }
    }

    private static string Folder(string path) => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;

    private static InputException Broken(string path, string why) =>
        new($"'{path}' is not a valid index of weights files: {why}; get the folder again.");

    private sealed record Shard(TensorFile File, StoredTensor Tensor);
}
