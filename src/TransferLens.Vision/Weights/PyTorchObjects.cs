using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The objects in the pickles of one checkpoint: tensors as views of storages, NumPy's arrays, and plain values. An
/// object of any other class is a blank with its name.
/// </summary>
/// <param name="path">The checkpoint, for messages.</param>
/// <param name="length">Its size in bytes, which bounds what it may unpack to.</param>
internal sealed class PyTorchObjects(string path, long length) : IPickleObjects
{
    private const long Slack = 64L << 20;

    private readonly Dictionary<PickledArray, object?> tensors = new(ReferenceEqualityComparer.Instance);
    private long left = length;

    /// <summary>The storages that its pickles name.</summary>
    public PyTorchStorages Storages => field ??= new(Broken);

    /// <summary>Whether it is in another one's pickle, as each storage is if Python pickles a state dict.</summary>
    public bool IsInner { get; init; }

    /// <summary>The largest number of bytes that the checkpoint may unpack to.</summary>
    public long Limit { get; } = (8 * length) + Slack;

    /// <summary>See <see cref="TensorFile.Aliases"/>; known once the tensors are.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; private set; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>See <see cref="TensorFile.Architecture"/>; known once the tensors are.</summary>
    public string? Architecture { get; private set; }

    /// <summary>Creates a machine that runs one of the checkpoint's pickles.</summary>
    public PickleMachine CreateMachine(ReadOnlyMemory<byte> pickle) => new(pickle, this);

    /// <summary>The tensors in a value that a machine returned.</summary>
    /// <param name="value">The value.</param>
    /// <param name="none">What to say if there is none, as a clause; null for a sentence that fits most files.</param>
    /// <exception cref="InputException">There is none; the message names what is there instead.</exception>
    public ImmutableArray<StoredTensor> FindTensors(object? value, string? none = null)
    {
        if (value is TensorView or UnreadableTensor or PickledArray or TensorStorage)
        {
            throw Without("contains one tensor and not a state dict, which has tensors by their names");
        }

        Architecture = (value as PickleDictionary)?.Entries.GetValueOrDefault("arch") as string;
        var tree = new PyTorchTree(this);
        var found = tree.Find(value);
        Aliases = tree.Aliases;
        if (found.Any(tensor => tensor.Problem is null))
        {
            return found;
        }

        var unknown = value switch
        {
            Opaque opaque => opaque.Name,
            PickleGlobal global => global.ToString(),
            _ => found.Select(tensor => tensor.Source).OfType<Opaque>().FirstOrDefault()?.Name ?? tree.Unknown,
        };
        if (unknown is null && found.Length > 0)
        {
            return found;
        }

        throw unknown is null
            ? Without(none ?? "is sound and contains no tensors")
            : new InputException(
                $"'{path}' is refused: it contains {(found.IsEmpty ? "an object" : "a whole model")}, "
                    + $"{WeightsFile.Printable(unknown)}, and not a state dict, which has tensors by their names. "
                    + "In Python, load it and torch.save(model.state_dict(), ...)."
            );
    }

    /// <summary>Copies views out of their storages, reading each storage once.</summary>
    public IReadOnlyList<Tensor> Materialize(IReadOnlyList<StoredTensor> chosen, Func<TensorStorage, byte[]> read)
    {
        var views = chosen.Select((tensor, i) => (Index: i, Value: (TensorView)tensor.Source)).ToList();
        if (
            views.Sum(view => (decimal)view.Value.Bytes) > Limit
            || views.Select(view => view.Value.Storage).Distinct().Sum(storage => (decimal)storage.Bytes) > Limit
        )
        {
            throw Broken("its tensors are far larger than the file");
        }

        var made = new Tensor[views.Count];
        foreach (var group in views.GroupBy(view => view.Value.Storage))
        {
            var bytes = Storages.Read(group.Key, read);
            using var whole = group.Key.Type.CreateTensor(bytes, [group.Key.Count]);
            foreach (var (index, view) in group)
            {
                using var strided = whole.as_strided(view.Shape, view.Strides, view.Offset);
                made[index] = strided.clone().contiguous();
            }
        }

        return made;
    }

    /// <summary>The error for an invalid checkpoint.</summary>
    public InputException Broken(string why) =>
        new($"'{path}' is not a valid PyTorch checkpoint: {why}; get the file again.");

    // The file is as its owner wrote it: another copy of it would not help.
    private InputException Without(string what) => new($"'{path}' {what}. In Python, save model.state_dict().");

    /// <summary>The tensor of an array in the pickle; null if the array has no content.</summary>
    public object? TensorOf(PickledArray array)
    {
        if (!tensors.TryGetValue(array, out var tensor))
        {
            tensors.Add(array, tensor = NumpyArrays.Tensor(this, array));
        }

        return tensor;
    }

    bool IPickleObjects.Allows(PickleGlobal global) =>
        !ForbiddenCalls.Contains(global.Module, global.Name) && FunctionCalls.AllowsUncalled(global);

    bool IPickleObjects.AllowsAttribute(PickleGlobal attribute) =>
        !ForbiddenCalls.ContainsAttribute(attribute.Module, attribute.Name) && FunctionCalls.AllowsUncalled(attribute);

    bool IPickleObjects.AllowsCall(PickleGlobal global) => FunctionCalls.Allows(global);

    bool IPickleObjects.AllowsCall(Opaque made) => FunctionCalls.AllowsResult(made);

    object? IPickleObjects.Construct(PickleGlobal global, object?[] arguments) => Construct(global, arguments);

    // Pickle's protocol 0 has no other ids than text, and PyTorch writes the tuple as Python shows it.
    object? IPickleObjects.Find(object? persistentId) =>
        persistentId is string text && text.StartsWith("('storage'", StringComparison.Ordinal)
            ? throw new InputException(
                $"'{path}' was saved with pickle's protocol 0, which PyTorch does not read either. Save it again with "
                    + "the protocol that torch.save takes by default."
            )
            : Storages.Find(persistentId);

    InputException IPickleObjects.Refusal(PickleGlobal global) => Refusal(global);

    private InputException Refusal(PickleGlobal global) =>
        new(
            $"'{path}' is refused: its pickle asks for {global}, which no checkpoint needs and which could run code "
                + "where the file is loaded. Nothing was run here; get the weights from a source you trust."
        );

    // Attributes of a plain dictionary, such as _metadata, are no tensors of it.
    void IPickleObjects.Build(object? target, object? state)
    {
        switch (target)
        {
            case PickleDictionary { IsModule: true } module when state is PickleDictionary attributes:
                module.Adopt(attributes);
                break;
            case Opaque opaque:
                opaque.With(state);
                break;
            default:
                PickledNumpy.Build(target, state);
                break;
        }
    }

    private object? Construct(PickleGlobal global, object?[] arguments) =>
        (global.Module, global.Name) switch
        {
            ("collections", "OrderedDict") => Dictionary(arguments),
            // Called with the function that makes missing values, of which a file has none.
            ("collections", "defaultdict") => new PickleDictionary(),
            ("argparse", "Namespace") => new PickleDictionary(), // a training script's options
            ("torch._utils", _) => Rebuild(global, arguments),
            ("torch._tensor", "_rebuild_from_type_v2") => FromType(arguments),
            ("torch", "Size") => arguments[0],
            ("torch", "device") => null,
            ("torch.storage", "_load_from_bytes") => StorageIn(arguments),
            _ when FunctionCalls.MakesCaller(global, arguments) => throw Refusal(global),
            _ when PickledNumpy.Construct(global, arguments) is { } array => array,
            _ when global.Module.StartsWith("__torch__", StringComparison.Ordinal) => new PickleDictionary
            {
                IsModule = true,
            },
            _ => new Opaque(global.ToString()).With(arguments),
        };

    // torch/_utils.py has one function for each kind of tensor.
    private object? Rebuild(PickleGlobal global, object?[] arguments) =>
        global.Name switch
        {
            "_rebuild_tensor" or "_rebuild_tensor_v2" => View(arguments),
            "_rebuild_tensor_v3" => TypedView(arguments),
            "_rebuild_parameter" or "_rebuild_parameter_with_state" => arguments[0],
            // (array, type, device, ...), as of XLA and other devices
            "_rebuild_device_tensor_from_numpy" or "_rebuild_xla_tensor" => arguments[0],
            "_rebuild_qtensor" => Unreadable(arguments[2], Quantization.Problem),
            "_rebuild_sparse_tensor" => Unreadable(((object?[])arguments[1]!).ElementAtOrDefault(2), "is sparse"),
            "_rebuild_sparse_csr_tensor" => Unreadable(null, "is sparse"),
            "_rebuild_nested_tensor" => Unreadable(null, "is a nested tensor"),
            "_rebuild_meta_tensor_no_storage" => Unreadable(arguments[1], "is on the meta device and has no values"),
            _ => new Opaque(global.ToString()).With(arguments),
        };

    private static UnreadableTensor Unreadable(object? shape, string problem) =>
        new(shape is object?[] { Length: <= 64 } lengths ? Array.ConvertAll(lengths, n => (long)n!) : [], problem);

    // (function, type, its arguments, state): a tensor of a subclass. Parameters compute nothing of their own.
    private object? FromType(object?[] arguments) =>
        arguments is [PickleGlobal function, PickleGlobal { Module: var module, Name: var name }, object?[] inner, ..]
        && (module is "torch" or "torch.nn.parameter" or "torch._tensor" && name is "Tensor" or "Parameter" or "Buffer")
            ? Construct(function, inner)
            : new Opaque(arguments.Length > 1 ? $"{arguments[1]}" : "a tensor subclass").With(arguments);

    // As View, with the type after the hooks: the storage has bytes of any type.
    private UnreadableTensor TypedView(object?[] arguments)
    {
        var type = arguments.OfType<PickleGlobal>().LastOrDefault()?.Name ?? "unknown";
        var shape = Array.ConvertAll((object?[])arguments[2]!, n => (long)n!);
        return WeightsFile.CountElements(shape) is null
            ? throw Broken("it has a tensor of an impossible shape")
            : new UnreadableTensor(shape, $"has the type {WeightsFile.Printable(type)}");
    }

    // A storage as PyTorch's file, in which Python pickles it where torch.save does not.
    private object StorageIn(object?[] arguments)
    {
        if (arguments is not [byte[] bytes])
        {
            return new Opaque("torch.storage._load_from_bytes").With(arguments);
        }

        // A hostile pickle uses the same bytes a thousand times.
        left -= bytes.Length;
        return IsInner || left < 0
            ? throw Broken("it has files in the files of its storages")
            : PyTorchPlain.ReadStorage(path, bytes, Storages);
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

    private object View(object?[] arguments)
    {
        var (shape, strides) = ((object?[])arguments[2]!, (object?[])arguments[3]!);
        if (shape.Length > 64 || strides.Length > 64)
        {
            throw Broken("it has a tensor of more than 64 dimensions");
        }

        if (arguments[0] is Opaque other)
        {
            return new UnreadableTensor(
                Array.ConvertAll(shape, n => (long)n!),
                $"has the type {WeightsFile.Printable(other.Name.Replace("Storage", "", StringComparison.Ordinal))}"
            );
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
