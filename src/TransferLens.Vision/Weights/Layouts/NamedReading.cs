namespace TransferLens.Vision.Weights.Layouts;

/// <summary>A tensor of a checkpoint under the name that it has in networks.</summary>
/// <param name="Stored">The tensor.</param>
/// <param name="Rule">How it was renamed and is rearranged; null if it kept its name.</param>
internal sealed record Piece(StoredTensor Stored, NameRule? Rule)
{
    /// <summary>Its shape for a network that needs the given one of the whole tensor.</summary>
    public long[] Shape(long[] needed) => Rule is null ? Stored.Shape : Rule.Change.Shape(Stored.Shape, Part(needed));

    /// <summary>The shape of this part of a tensor that is joined along its first axis.</summary>
    public long[] Part(long[] needed) =>
        Rule is { Parts: > 1 } && needed.Length > 0 ? [needed[0] / Rule.Parts, .. needed[1..]] : needed;
}

/// <summary>A tensor outside the module of an encoder.</summary>
/// <param name="Stored">The tensor.</param>
/// <param name="Name">Its name after what it has in common with the encoder's prefix.</param>
internal sealed record OutsideTensor(StoredTensor Stored, string Name)
{
    private bool? isBeside;

    /// <summary>Whether it is known not to belong to the encoder or its head.</summary>
    public bool IsBeside => isBeside ??= Companions.Has(Name, Stored.Shape);

    /// <summary>The outermost module that it does not share with the encoder.</summary>
    public string Module => Stored.Path[..^Name.Length] + Words.FirstPart(Name);
}

/// <summary>
/// One way to read the names in a checkpoint: those after a prefix, in one layout. Several are tried.
/// </summary>
/// <param name="layout">The layout; null for a network's own names.</param>
/// <param name="prefix">What goes before the names, wrappers removed: empty, or with a dot at the end.</param>
/// <param name="first">The tensor that gave the prefix.</param>
internal sealed class NamedReading(Layout? layout, string prefix, StoredTensor first)
{
    private readonly Dictionary<string, Piece[]> pieces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> companions = new(StringComparer.Ordinal);
    private readonly List<StoredTensor> twice = [];
    private readonly List<OutsideTensor> outside = [];
    private readonly string? tower = Companions.AroundTower(prefix);

    /// <summary>The layout; null for a network's own names.</summary>
    public Layout? Layout { get; } = layout;

    /// <summary>What goes before the names.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>The tensor that gave the prefix.</summary>
    public StoredTensor First { get; } = first;

    /// <summary>Tensors by the name that they have in networks.</summary>
    public IReadOnlyDictionary<string, Piece[]> Pieces => pieces;

    /// <summary>Tensors that would have the same name as another.</summary>
    public IReadOnlyList<StoredTensor> Twice => twice;

    /// <summary>Tensors without the prefix, in all dictionaries of the file.</summary>
    public IReadOnlyList<OutsideTensor> Outside => outside;

    /// <summary>Which of several such readings is taken; see <see cref="Words.Rank"/>.</summary>
    public int Rank => Words.Rank($"{First.Container}.{Prefix}");

    /// <summary>Adds a tensor: one whose name begins with the prefix, or one outside it.</summary>
    /// <param name="stored">The tensor.</param>
    /// <param name="path">Its whole name, wrappers removed.</param>
    public void Add(StoredTensor stored, string path)
    {
        if (path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var name = path[Prefix.Length..];
            var renamed = Layout is null ? null : Layout.Rename(Layout.Rules, name);
            Add(renamed?.Name ?? name, new(stored, renamed?.Rule));
        }
        else if (
            Layout is not null
            && OuterPrefix() is { } outer
            && path.StartsWith(outer, StringComparison.Ordinal)
            && Layout.Rename(Layout.Beside, path[outer.Length..]) is { } renamed
        )
        {
            Add(renamed.Name, new(stored, renamed.Rule));
        }
        else if (!IsOfOtherTower(path))
        {
            outside.Add(new(stored, path[Common(path)..]));
        }
    }

    /// <summary>Whether another reading, perhaps of more tensors, has the same layout below the same prefix.</summary>
    public bool IsLike(NamedReading other) =>
        ReferenceEquals(First, other.First) && ReferenceEquals(Layout, other.Layout) && Prefix == other.Prefix;

    /// <summary>Whether every part of a tensor is there.</summary>
    public bool Has(string name) =>
        pieces.TryGetValue(name, out var parts) && Array.TrueForAll(parts, part => part is not null);

    /// <summary>Whether a tensor of <see cref="Pieces"/> is known not to belong to the encoder or its head.</summary>
    public bool IsBeside(string name)
    {
        if (!companions.TryGetValue(name, out var known))
        {
            var shape = Array.Find(pieces[name], piece => piece is not null)!.Stored.Shape;
            companions.Add(name, known = Companions.Has(name, shape));
        }

        return known;
    }

    private void Add(string name, Piece piece)
    {
        if (!pieces.TryGetValue(name, out var parts))
        {
            pieces.Add(name, parts = new Piece[piece.Rule?.Parts ?? 1]);
        }

        var part = piece.Rule?.Part ?? 0;
        if (part >= parts.Length || parts[part] is not null)
        {
            twice.Add(piece.Stored);
            return;
        }

        parts[part] = piece;
    }

    // a.vit. -> a. for a layout with the trunk vit.
    private string? OuterPrefix()
    {
        var trunk = Layout!.Trunks.FirstOrDefault(trunk =>
            Prefix == $"{trunk}." || Prefix.EndsWith($".{trunk}.", StringComparison.Ordinal)
        );
        return trunk is null ? null : Prefix[..^(trunk.Length + 1)];
    }

    private bool IsOfOtherTower(string path) =>
        tower is not null
        && path.StartsWith(tower, StringComparison.Ordinal)
        && Words.FirstPart(path[tower.Length..]) != Words.FirstPart(Prefix[tower.Length..]);

    // Length of the whole parts that a name and the prefix have in common.
    private int Common(string path)
    {
        var same = path.AsSpan().CommonPrefixLength(Prefix);
        return path.LastIndexOf('.', Math.Max(0, same - 1)) + 1;
    }
}
