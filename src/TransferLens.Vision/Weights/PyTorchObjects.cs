using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The objects in the pickles of one PyTorch checkpoint: tensors as views of storages, and plain values. It lists what
/// a pickle may import; anything else is an error that names it.
/// </summary>
/// <param name="path">The checkpoint, for messages.</param>
/// <param name="length">Its size in bytes, which bounds what it may unpack to.</param>
internal sealed class PyTorchObjects(string path, long length)
{
    private const long Slack = 64L << 20;

    private readonly Dictionary<string, TensorStorage> storages = new(StringComparer.Ordinal);
    private long left = length;

    /// <summary>The largest number of bytes that the checkpoint may unpack to.</summary>
    public long Limit { get; } = (8 * length) + Slack;

    /// <summary>The storage of that name; null if no pickle mentioned it.</summary>
    public TensorStorage? Storage(string key) => storages.GetValueOrDefault(key);

    /// <summary>Creates a machine that runs one of the checkpoint's pickles.</summary>
    public PickleMachine CreateMachine(ReadOnlyMemory<byte> pickle) =>
        new(pickle, path)
        {
            Allows = global =>
                global switch
                {
                    { Module: "collections", Name: "OrderedDict" } => true,
                    {
                        Module: "torch._utils",
                        Name: "_rebuild_tensor"
                            or "_rebuild_tensor_v2"
                            or "_rebuild_parameter"
                            or "_rebuild_parameter_with_state"
                    } => true,
                    { Module: "torch", Name: "Size" or "device" } => true,
                    { Module: "argparse", Name: "Namespace" } => true,
                    { Module: "torch" or "torch.cuda" } => TensorType.All.Any(type => type.Storage == global.Name),
                    _ => false,
                },
            Constructor = (global, arguments) =>
                global.Name switch
                {
                    "OrderedDict" => Dictionary(arguments),
                    "_rebuild_tensor" or "_rebuild_tensor_v2" => View(arguments),
                    "_rebuild_parameter" or "_rebuild_parameter_with_state" or "Size" => arguments[0],
                    "device" => null,
                    "Namespace" => new PickleDictionary(), // a training script's options, which BUILD would set
                    _ => throw Broken($"it calls {global}, which is a type"),
                },
            Persistent = Storage,
        };

    /// <summary>The tensors of a checkpoint, as described at <see cref="PyTorchFile.Read"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, TensorView>> FindTensors(object? value)
    {
        var top =
            value as PickleDictionary
            ?? throw Broken("it contains another object than a state dict; save model.state_dict()");
        foreach (var name in (string[])["state_dict", "model", "model_state_dict"])
        {
            if (top.Entries.TryGetValue(name, out var inner) && inner is PickleDictionary dictionary)
            {
                top = dictionary;
                break;
            }
        }

        List<KeyValuePair<string, TensorView>> views =
        [
            .. top
                .Entries.Where(e => e.Value is TensorView)
                .Select(e => KeyValuePair.Create(e.Key, (TensorView)e.Value!)),
        ];
        return views.Count > 0
            ? views
            : throw Broken("it contains no tensors at the top level, under 'state_dict' or under 'model'");
    }

    /// <summary>Copies views out of their storages, reading each storage once.</summary>
    public StateDict Materialize(
        IReadOnlyList<KeyValuePair<string, TensorView>> views,
        Func<TensorStorage, byte[]> read
    )
    {
        if (
            views.Sum(view => (decimal)view.Value.Bytes) > Limit
            || views.Select(view => view.Value.Storage).Distinct().Sum(storage => (decimal)storage.Bytes) > Limit
        )
        {
            throw Broken("its tensors are far larger than the file");
        }

        using var scope = NewDisposeScope();
        var made = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var group in views.GroupBy(view => view.Value.Storage))
        {
            using var whole = group.Key.Type.CreateTensor(read(group.Key), [group.Key.Count]);
            foreach (var (name, view) in group)
            {
                made[name] = whole.as_strided(view.Shape, view.Strides, view.Offset).clone().contiguous();
            }
        }

        return new StateDict(views.Select(view => KeyValuePair.Create(view.Key, made[view.Key])));
    }

    /// <summary>The error for an invalid checkpoint.</summary>
    public InputException Broken(string why) =>
        new($"'{path}' is not a valid PyTorch checkpoint: {why}; get the file again.");

    private TensorStorage Storage(object? id)
    {
        var parts = (object?[])id!;
        var made = new TensorStorage(
            TensorType.All.First(t => t.Storage == ((PickleMachine.Global)parts[1]!).Name),
            (string)parts[2]!,
            (long)parts[4]!
        );
        if (
            (string)parts[0]! != "storage"
            || made.Count is < 0 or >= 1L << 40
            || (parts.Length > 5 && parts[5] is not null)
        )
        {
            throw Broken("it has a storage of an unknown kind");
        }

        return storages.TryAdd(made.Key, made) || storages[made.Key] == made
            ? storages[made.Key]
            : throw Broken($"the storage '{WeightsFile.Printable(made.Key)}' has two types or two lengths");
    }

    // Python 2 wrote the entries as a list of [key, value]. Counting the copied entries bounds the memory for a
    // hostile pickle that uses one list a thousand times.
    private PickleDictionary Dictionary(object?[] arguments)
    {
        var made = new PickleDictionary();
        foreach (var pair in arguments.Length > 0 ? (List<object?>)arguments[0]! : [])
        {
            left--;
            var entry = pair is List<object?> { Count: 2 } list ? [list[0], list[1]] : (object?[])pair!;
            made.Add(left >= 0 && entry.Length == 2 ? entry : throw Broken("it has an invalid dictionary"));
        }

        return made;
    }

    private TensorView View(object?[] arguments)
    {
        var (shape, strides) = ((object?[])arguments[2]!, (object?[])arguments[3]!);
        if (shape.Length > 64 || strides.Length > 64)
        {
            throw Broken("it has a tensor of more than 64 dimensions");
        }

        var view = new TensorView(
            (TensorStorage)arguments[0]!,
            (long)arguments[1]!,
            Array.ConvertAll(shape, n => (long)n!),
            Array.ConvertAll(strides, n => (long)n!)
        );
        if (view.IsValid())
        {
            return view;
        }

        var (shapeText, strideText) = (string.Join(", ", view.Shape), string.Join(", ", view.Strides));
        throw Broken(
            $"a tensor of shape [{shapeText}], strides [{strideText}] and offset {view.Offset} "
                + $"does not fit its storage of {view.Storage.Count} elements"
        );
    }
}
