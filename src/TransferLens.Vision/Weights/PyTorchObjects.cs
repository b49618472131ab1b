using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The objects in the pickles of one PyTorch checkpoint: tensors as views of storages, and plain values. Names what a
/// pickle may ask for; everything else is refused by its name.
/// </summary>
/// <param name="path">The checkpoint, for messages.</param>
/// <param name="length">Its length in bytes; bounds what it may unfold to.</param>
internal sealed class PyTorchObjects(string path, long length)
{
    private const long Slack = 64L << 20;

    private readonly Dictionary<string, TensorStorage> storages = new(StringComparer.Ordinal);
    private long left = length;

    /// <summary>Most bytes that a checkpoint of this length may unfold to.</summary>
    public long Limit { get; } = (8 * length) + Slack;

    /// <summary>The storage of a name that a pickle mentioned; null when none did.</summary>
    public TensorStorage? Storage(string key) => storages.GetValueOrDefault(key);

    /// <summary>A machine that runs one of the checkpoint's pickles.</summary>
    public PickleMachine Machine(ReadOnlyMemory<byte> pickle) =>
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
                    "Namespace" => new PickleDictionary(), // The options of a training script; they arrive by BUILD and are not kept.
                    _ => throw Broken($"it calls {global}, which is a type"),
                },
            Persistent = Storage,
        };

    /// <summary>The tensors of a checkpoint: those under <c>state_dict</c> or <c>model</c> where there is one, else those at the top.</summary>
    public IReadOnlyList<KeyValuePair<string, TensorView>> Views(object? value)
    {
        var top =
            value as PickleDictionary
            ?? throw Broken("it holds no state dict but another object; save model.state_dict() instead");
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
            : throw Broken("it holds no tensor at the top, under 'state_dict' or under 'model'");
    }

    /// <summary>Copies views out of their storages, each storage being read once.</summary>
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
            throw Broken("its tensors are together far larger than the file");
        }

        using var scope = NewDisposeScope();
        var made = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var group in views.GroupBy(view => view.Value.Storage))
        {
            using var whole = group.Key.Type.Make(read(group.Key), [group.Key.Count]);
            foreach (var (name, view) in group)
            {
                made[name] = whole.as_strided(view.Shape, view.Strides, view.Offset).clone().contiguous();
            }
        }

        return new StateDict(views.Select(view => KeyValuePair.Create(view.Key, made[view.Key])));
    }

    /// <summary>The error for a checkpoint that breaks a rule.</summary>
    public InputException Broken(string why) =>
        new($"'{path}' is not a sound PyTorch checkpoint: {why}; get the file again.");

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
            throw Broken("it has a storage that is not a plain one");
        }

        return storages.TryAdd(made.Key, made) || storages[made.Key] == made
            ? storages[made.Key]
            : throw Broken($"the storage '{WeightsFile.Shown(made.Key)}' has two types or two lengths");
    }

    // Python 2 wrote the entries as a list of [key, value]. A real one is written once: counting what is copied keeps a
    // list that is used a thousand times from costing a thousand times its bytes.
    private PickleDictionary Dictionary(object?[] arguments)
    {
        var made = new PickleDictionary();
        foreach (var pair in arguments.Length > 0 ? (List<object?>)arguments[0]! : [])
        {
            left--;
            var entry = pair is List<object?> { Count: 2 } list ? [list[0], list[1]] : (object?[])pair!;
            made.Add(left >= 0 && entry.Length == 2 ? entry : throw Broken("it has a dictionary that is not one"));
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
        return view.IsSound()
            ? view
            : throw Broken(
                $"a tensor of shape [{string.Join(", ", view.Shape)}], strides [{string.Join(", ", view.Strides)}] and offset {view.Offset} does not fit its storage of {view.Storage.Count} elements"
            );
    }
}
