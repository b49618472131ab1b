using System.Collections.Immutable;
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

    /// <summary>Compares names and shapes; reads no values.</summary>
    public NetworkReading(NetworkOutline outline, NamedReading names)
    {
        (Outline, this.names) = (outline, names);
        Missing = [.. outline.Needed.Where(entry => IsMissing(entry.Key)).Select(entry => entry.Key)];
        Shapes =
        [
            .. outline
                .Needed.Where(entry => names.Has(entry.Key) && !Fits(names.Pieces[entry.Key], entry.Value))
                .Select(entry => new ShapeDifference(entry.Key, ShapeOf(entry.Key, entry.Value), entry.Value)),
        ];
        var others = names
            .Pieces.Where(entry => !outline.Names.Contains(entry.Key))
            .Select(entry => (entry.Key, entry.Value))
            .ToList();
        Extra =
        [
            .. others.Where(entry => IsExtra(entry.Key)).Select(entry => entry.Key),
            .. names.Twice.Select(tensor => tensor.Path),
        ];
        Classes = FindClasses();
    }

    /// <summary>The network.</summary>
    public NetworkOutline Outline { get; }

    /// <summary>The way to read the names.</summary>
    public NamedReading Names => names;

    /// <summary>Tensors of the network that are not there; the head and counts of batches are not needed.</summary>
    public ImmutableArray<string> Missing { get; }

    /// <summary>Tensors of another shape.</summary>
    public ImmutableArray<ShapeDifference> Shapes { get; }

    /// <summary>Tensors in the middle of the network, or beside it, that it does not have.</summary>
    public ImmutableArray<string> Extra { get; }

    /// <summary>Number of classes of the head; null without a head of the network's.</summary>
    public int? Classes { get; }

    /// <summary>Whether the network can be loaded, perhaps but for its head.</summary>
    public bool IsComplete => Missing.IsEmpty && Shapes.IsEmpty && Extra.IsEmpty;

    /// <summary>Number of differences.</summary>
    public int Differences => Missing.Length + Shapes.Length + Extra.Length;

    /// <summary>Tensors that the network uses, with the names that they have in it.</summary>
    public IEnumerable<KeyValuePair<string, Piece[]>> Used =>
        names.Pieces.Where(entry => Outline.Names.Contains(entry.Key) && IsUsed(entry.Key) && names.Has(entry.Key));

    /// <summary>Tensors of the head that are not there and are filled with zeros: the bias of a head without.</summary>
    public IEnumerable<string> Filled =>
        Classes is null ? [] : Outline.Head.Where(entry => !names.Has(entry.Key)).Select(entry => entry.Key);

    /// <summary>Number of tensors whose names differ by more than the prefix.</summary>
    public int Renamed => Used.Count(entry => entry.Value.Any(piece => piece.Rule is not null));

    /// <summary>Reads the values, in the network's order. A linear head without a bias gets one of zeros.</summary>
    public StateDict Read(TensorFile file)
    {
        using var scope = NewDisposeScope();
        var used = Used.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        var values = Values(file, [.. used.Values.SelectMany(pieces => pieces)]);
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

    private bool IsExtra(string name)
    {
        var isOfHead = name.StartsWith($"{Outline.Network.Head}.", StringComparison.Ordinal);
        return !isOfHead
            && !Words.IsLeftover(name)
            && !NetworkOutline.IsCount(name)
            && (Outline.Parts.Contains(Words.FirstPart(name)) || Words.IsTelling(name));
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
        foreach (var (name, outlined) in Outline.Head.Where(entry => entry.Value.Length == 2))
        {
            if (
                names.Has(name)
                && names.Pieces[name] is [var piece]
                && piece.Shape(outlined) is [> 0 and < int.MaxValue, > 0] shape
                && shape[1] == outlined[1]
                && Outline.Head.All(other => other.Value.Length == 2 || HasRows(other.Key, shape[0]))
            )
            {
                return (int)shape[0];
            }
        }

        return null;
    }

    private bool HasRows(string name, long rows) =>
        !names.Has(name) || (names.Pieces[name] is [var piece] && piece.Stored.Shape.SequenceEqual([rows]));

    private sealed class ReferenceComparer : IEqualityComparer<Piece>
    {
        public static ReferenceComparer Instance { get; } = new();

        public bool Equals(Piece? x, Piece? y) => ReferenceEquals(x, y);

        public int GetHashCode(Piece obj) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj);
    }
}
