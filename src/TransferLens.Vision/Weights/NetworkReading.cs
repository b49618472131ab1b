using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Pickles;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// How the tensors of a checkpoint, read in one way, fit a network: which are missing, which have another shape, which
/// would change what the network computes, and which are left over.
/// </summary>
internal sealed class NetworkReading
{
    private readonly NamedReading names;
    private readonly Lazy<ImmutableArray<string>> copies;
    private readonly NetworkHead? taken;

    /// <summary>Compares names and shapes; reads no values.</summary>
    /// <param name="outline">The network.</param>
    /// <param name="names">The way to read the names.</param>
    /// <param name="others">All ways to read the names in the same file.</param>
    public NetworkReading(NetworkOutline outline, NamedReading names, IEnumerable<NamedReading> others)
    {
        (Outline, this.names) = (outline, names);
        copies = new(() => [.. others.Where(IsCopy).Select(other => other.Prefix)]);
        Missing = [.. outline.Needed.Where(entry => IsMissing(entry.Key)).Select(entry => entry.Key)];
        Shapes =
        [
            .. outline
                .Needed.Where(entry => names.Has(entry.Key) && !Fits(names.Pieces[entry.Key], entry.Value))
                .Select(entry => new ShapeDifference(entry.Key, ShapeOf(entry.Key, entry.Value), entry.Value)),
        ];
        Classes = FindClasses();
        PossibleHeads = Classes is null && Missing.IsEmpty && Shapes.IsEmpty ? FindHeads() : [];
        if (PossibleHeads is [var only])
        {
            (taken, Classes) = (only, (int)only.Weight.Shape[0]);
        }

        Extra =
        [
            .. names.Pieces.Keys.Where(name => !outline.Names.Contains(name) && IsExtra(name)),
            .. Classes is null ? [] : names.Outside.Where(IsExtra).Select(tensor => tensor.Stored.Path),
            .. names.Twice.Select(tensor => tensor.Path),
        ];
    }

    /// <summary>The network.</summary>
    public NetworkOutline Outline { get; }

    /// <summary>The way to read the names.</summary>
    public NamedReading Names => names;

    /// <summary>Tensors of the network that are not there; the head and counts of batches are not needed.</summary>
    public ImmutableArray<string> Missing { get; }

    /// <summary>Tensors of another shape.</summary>
    public ImmutableArray<ShapeDifference> Shapes { get; }

    /// <summary>Tensors in the middle of the network, or next to it, that it does not have.</summary>
    public ImmutableArray<string> Extra { get; }

    /// <summary>Number of classes of the head; null without a head of the network's.</summary>
    public int? Classes { get; }

    /// <summary>Linear layers that could be the head; the only one is taken.</summary>
    public ImmutableArray<NetworkHead> PossibleHeads { get; }

    /// <summary>Whether the network can be loaded, perhaps but for its head.</summary>
    public bool IsComplete => Missing.IsEmpty && Shapes.IsEmpty && Extra.IsEmpty;

    /// <summary>Whether only tensors are too many: no other network is meant.</summary>
    public bool IsNear => Missing.IsEmpty && Shapes.IsEmpty;

    /// <summary>Number of differences.</summary>
    public int Differences => Missing.Length + Shapes.Length + Extra.Length;

    /// <summary>Tensors that the network uses, with the names that they have in it.</summary>
    public IEnumerable<KeyValuePair<string, Piece[]>> Used =>
        names
            .Pieces.Where(entry => Outline.Names.Contains(entry.Key) && IsUsed(entry.Key) && names.Has(entry.Key))
            .Concat(TakenHead());

    /// <summary>The layer that is taken as the head, by its name in the file; null for the network's own.</summary>
    public string? HeadFrom => taken?.Name;

    /// <summary>Tensors of the head that are not there and are filled with zeros: the bias of a head without.</summary>
    public IEnumerable<string> Filled =>
        Classes is null || taken is not null
            ? []
            : Outline.Head.Where(entry => !names.Has(entry.Key)).Select(entry => entry.Key);

    /// <summary>Number of tensors whose names differ by more than the prefix.</summary>
    public int Renamed => Used.Count(entry => entry.Value.Any(piece => piece.Rule is not null));

    /// <summary>Reads the values, in the network's order. A linear head without a bias gets one of zeros.</summary>
    public StateDict Read(TensorFile file)
    {
        using var scope = NewDisposeScope();
        var used = Used.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        var values = Values(file, [.. used.Values.SelectMany(pieces => pieces)]);
        RefuseIntegers(file, used, values);
        var read = new List<KeyValuePair<string, Tensor>>();
        foreach (var (name, outlined) in Outline.Shapes)
        {
            var isHead = Outline.Head.Any(entry => entry.Key == name);
            var needed = isHead && Classes is { } rows ? [rows, .. outlined[1..]] : outlined;
            if (used.TryGetValue(name, out var pieces))
            {
                var parts = pieces.Select(piece =>
                    piece.Rule is null ? values[piece] : piece.Rule.Change.Apply(values[piece], piece.Part(needed))
                );
                Tensor[] changed = [.. parts];
                read.Add(new(name, (changed.Length == 1 ? changed[0] : cat(changed)).contiguous()));
            }
            else if (isHead && Classes is not null)
            {
                read.Add(new(name, zeros(needed, read[^1].Value.dtype)));
            }
            else if (NetworkConstants.Contains(name))
            {
                read.Add(new(name, NetworkConstants.Create()));
            }
        }

        return new(read);
    }

    private static Dictionary<Piece, Tensor> Values(TensorFile file, ImmutableArray<Piece> pieces)
    {
        var read = file.Read([.. pieces.Select(piece => piece.Stored)]);
        return pieces.Zip(read).ToDictionary(pair => pair.First, pair => pair.Second, ReferenceComparer.Instance);
    }

    private bool IsMissing(string name) => !names.Has(name) && !NetworkConstants.Contains(name);

    private bool IsUsed(string name) => Classes is not null || !Outline.Head.Any(entry => entry.Key == name);

    // Whether a tensor below the prefix may change what the network computes.
    private bool IsExtra(string name)
    {
        if (IsOfOwnHead(name) || NetworkOutline.IsCount(name))
        {
            return false;
        }

        if (Outline.Parts.Contains(Words.FirstPart(name)))
        {
            return !Companions.IsLeftover(name);
        }

        var stored = names.Pieces[name].OfType<Piece>().Select(piece => piece.Stored).ToList();
        return Words.IsTelling(name)
            || !(
                names.IsBeside(name)
                || (Classes is null && Companions.IsOfHead(name))
                || stored.TrueForAll(tensor => IsOfPossibleHead(tensor) || IsOfCopy(tensor))
            );
    }

    // Whether a tensor next to the prefix may lie between the body and its head.
    private bool IsExtra(OutsideTensor tensor) =>
        IsOfModel(tensor.Stored)
        && !NetworkOutline.IsCount(tensor.Name)
        && !tensor.IsBeside
        && !IsOfPossibleHead(tensor.Stored)
        && !IsOfCopy(tensor.Stored);

    // Other dictionaries belong to the same model only if the head is in one of them.
    private bool IsOfModel(StoredTensor tensor) =>
        tensor.Container == names.First.Container
        || (
            taken is not null
            && taken.Weight.Container != names.First.Container
            && !Words.IsOfOptimizer(tensor.Path)
            && Words.Rank(tensor.Path) == names.Rank
        );

    private bool IsOfOwnHead(string name) => name.StartsWith($"{Outline.Network.Head}.", StringComparison.Ordinal);

    private bool IsOfPossibleHead(StoredTensor tensor) =>
        PossibleHeads.Any(head => ReferenceEquals(head.Weight, tensor) || ReferenceEquals(head.Bias, tensor));

    private bool IsOfCopy(StoredTensor tensor)
    {
        var path = Words.Unwrap(tensor.Path);
        return copies.Value.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));
    }

    // The same network once more in the same file: a momentum encoder, an average.
    private bool IsCopy(NamedReading other) =>
        !names.Prefix.StartsWith(other.Prefix, StringComparison.Ordinal)
        && Outline.Needed.All(entry => other.Has(entry.Key));

    private ImmutableArray<NetworkHead> FindHeads()
    {
        if (Outline.Head is not [{ Value: [_, var inputs] } weight, { Value: [_] }] || names.Has(weight.Key))
        {
            return [];
        }

        var inside = names
            .Pieces.Where(entry => !Outline.Names.Contains(entry.Key) && !names.IsBeside(entry.Key))
            .Where(entry => !Outline.Parts.Contains(Words.FirstPart(entry.Key)) && !IsBeforeHead(entry.Key))
            .Where(entry => entry.Value is [{ Rule: null }])
            .Select(entry => (names.Prefix + Words.FirstPart(entry.Key), entry.Value[0].Stored));
        var outside = names
            .Outside.Where(tensor => !tensor.IsBeside && !IsBeforeHead(tensor.Name))
            .Where(tensor => !Words.IsOfOptimizer(tensor.Stored.Path) && Words.Rank(tensor.Stored.Path) <= names.Rank)
            .Select(tensor => (tensor.Module, tensor.Stored));
        return NetworkHead.Find(inside.Concat(outside), inputs);
    }

    private static bool IsBeforeHead(string name) => Words.IsTelling(name) || Companions.IsBeforeHead(name);

    private IEnumerable<KeyValuePair<string, Piece[]>> TakenHead() =>
        taken is null
            ? []
            : Outline.Head.Zip((StoredTensor[])[taken.Weight, taken.Bias], (entry, stored) =>
                KeyValuePair.Create(entry.Key, (Piece[])[new(stored, null)])
            );

    private void RefuseIntegers(TensorFile file, Dictionary<string, Piece[]> used, Dictionary<Piece, Tensor> values)
    {
        foreach (
            var piece in used.Where(entry => !Outline.Integers.Contains(entry.Key)).SelectMany(entry => entry.Value)
        )
        {
            if (!values[piece].is_floating_point())
            {
                throw new InputException(
                    $"The tensor '{WeightsFile.Printable(piece.Stored.Path)}' in '{file.Path}' has the type "
                        + $"{TensorType.NameOf(values[piece].dtype)}, where {Outline.Network.Title} has real numbers: "
                        + "it is quantized, and its scale is not part of the weights. Convert it to float32 with its "
                        + "scale in Python, and save the state dict again."
                );
            }
        }
    }

    private long[] ShapeOf(string name, long[] needed)
    {
        var pieces = names.Pieces[name];
        var first = pieces[0].Shape(needed);
        return pieces.Length == 1 || first.Length == 0
            ? first
            : [pieces.Sum(piece => piece.Shape(needed) is [var rows, ..] ? rows : 0), .. first[1..]];
    }

    // What cannot be read at all is an error of its own, which names it.
    private static bool Fits(Piece[] pieces, long[] needed) =>
        Array.TrueForAll(pieces, piece =>
            piece.Shape(needed).SequenceEqual(piece.Part(needed))
            || piece.Stored is { Problem: not null, Source: Opaque }
        );

    private int? FindClasses()
    {
        foreach (var (name, outlined) in Outline.Head.Where(IsMap))
        {
            if (
                names.Has(name)
                && names.Pieces[name] is [var piece]
                && piece.Shape(outlined) is [> 0 and < int.MaxValue, > 0, ..] shape
                && shape.AsSpan(1).SequenceEqual(outlined.AsSpan(1))
                && Outline.Head.All(other => IsMap(other) || HasRows(other.Key, shape[0]))
            )
            {
                return (int)shape[0];
            }
        }

        return null;
    }

    // The weights of a linear layer or of a 1x1 convolution, and not biases.
    private static bool IsMap(KeyValuePair<string, long[]> tensor) => tensor.Value.Length > 1;

    private bool HasRows(string name, long rows) =>
        !names.Has(name) || (names.Pieces[name] is [var piece] && piece.Stored.Shape.SequenceEqual([rows]));

    private sealed class ReferenceComparer : IEqualityComparer<Piece>
    {
        public static ReferenceComparer Instance { get; } = new();

        public bool Equals(Piece? x, Piece? y) => ReferenceEquals(x, y);

        public int GetHashCode(Piece obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
    }
}
