using System.Collections.Immutable;
using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Finds a network's tensors in a file. Of several state dicts that fit, the one with the lowest
/// <see cref="Words.Rank"/> is taken, and among equals the one with a head. If that does not decide, they are named.
/// </summary>
internal sealed class CheckpointReader
{
    private readonly TensorFile file;
    private readonly ImmutableArray<StoredTensor> tensors;
    private readonly NamedReadings readings;
    private readonly NamedReadings? around; // with what is next to the chosen state dict; null if none was chosen

    /// <summary>Reads the names in a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">Which of several state dicts, as a path of keys with dots; null to choose.</param>
    /// <exception cref="InputException">There is no such state dict.</exception>
    public CheckpointReader(TensorFile file, string? key)
    {
        this.file = file = WeightNormFile.Compute(file);
        tensors = key is null ? file.Tensors : Below(file, key);
        CheckNames();
        readings = new(tensors);
        around = key is null ? null : new(file.Tensors);
    }

    /// <summary>The best fit to one network; null if nothing of it is there.</summary>
    public NetworkReading? Best(NetworkArchitecture network) => Fits(network).FirstOrDefault();

    /// <summary>The complete fits, one for each network that has one, best first.</summary>
    public IReadOnlyList<NetworkReading> Complete(IEnumerable<NetworkArchitecture> networks) =>
        [
            .. networks
                .Select(Best)
                .OfType<NetworkReading>()
                .Where(fit => fit.IsComplete)
                .OrderBy(fit => fit.Names.Rank)
                .ThenBy(fit => fit.Classes is null)
                .ThenBy(fit => Unused(fit).Count),
        ];

    /// <summary>The best complete fit to any network; of networks with the same tensors, the one that is known to be
    /// meant, otherwise the first. Null for none.</summary>
    /// <exception cref="InputException">What is stated besides the tensors contradicts all, or several state dicts fit
    /// and nothing tells which is meant.</exception>
    public NetworkDoubt? Choose(IEnumerable<NetworkArchitecture> networks)
    {
        if (Complete(networks) is not { Count: > 0 } fits)
        {
            return null;
        }

        RefuseTie(fits[0], fits);
        return NetworkDoubt.Choose(file, fits);
    }

    /// <summary>A complete fit to a network that was named.</summary>
    /// <exception cref="InputException">What is stated besides the tensors contradicts it and all like it, or several
    /// state dicts fit and nothing tells which is meant.</exception>
    public NetworkDoubt Check(NetworkReading named, IEnumerable<NetworkArchitecture> networks)
    {
        RefuseTie(named, []);
        return NetworkDoubt.Check(file, named, () => Complete(networks));
    }

    /// <summary>The network with fewest differences among those that share at least half of their tensors.</summary>
    public NearestNetwork? Nearest(IEnumerable<NetworkArchitecture> networks) =>
        networks
            .Select(Best)
            .OfType<NetworkReading>()
            .Where(fit => fit.Missing.Length <= fit.Outline.Needed.Length / 2)
            .MinBy(fit => fit.Differences)
            is { } nearest
            ? Difference(nearest)
            : null;

    /// <summary>How the weights are quantized and which tensor shows it, as a clause; null if they are not.</summary>
    public string? Quantized => Quantization.Find(tensors);

    /// <summary>What the tensors belong to if it is a known network that is not supported; null otherwise.</summary>
    public string? Foreign => ForeignNetworks.Find([.. tensors.Select(tensor => tensor.Path)]);

    /// <summary>How a fit differs from its network.</summary>
    public static NearestNetwork Difference(NetworkReading fit) =>
        new(fit.Outline.Network.Title, fit.Missing, fit.Extra, fit.Shapes);

    /// <summary>Reads the values of a complete fit.</summary>
    /// <param name="doubt">The fit.</param>
    /// <param name="notes">What to say of it; null for <see cref="Notes"/>.</param>
    public CheckpointWeights Read(NetworkDoubt doubt, CheckpointNotes? notes = null) =>
        new(doubt.Taken.Read(file), notes ?? Notes(doubt))
        {
            Network = doubt.Taken.Outline.Network,
            Classes = doubt.Taken.Classes,
        };

    /// <summary>What is chosen, renamed and left out in a complete fit.</summary>
    public CheckpointNotes Notes(NetworkDoubt doubt)
    {
        var fit = doubt.Taken;
        var first = fit.Names.First;
        var others = AlsoThere(fit);
        var unused = Unused(fit)
            .Where(tensor => !others.Any(other => IsBelow(tensor, other)))
            .Select(tensor => tensor.Name)
            .ToImmutableArray();
        return new CheckpointNotes(
            first.Container.Length == 0 ? null : first.Container,
            PrefixOf(fit.Names),
            fit.Names.Layout?.Name,
            fit.Renamed,
            unused,
            others
        )
        {
            Merged = file.Remark,
            Filled = [.. fit.Filled],
            HeadFrom = fit.HeadFrom,
            PossibleHeads = fit.HeadFrom is null ? [.. fit.PossibleHeads.Select(head => head.Text)] : [],
            Unread = UnreadAverages(fit),
            Quantized = fit.Classes is null ? Quantized : null,
            AlsoFits = doubt.AlsoFits,
            Doubt = doubt.Text(),
        };
    }

    /// <summary>
    /// Reads a state dict as it is: the dictionary with most tensors, the first of equals unless another is an average.
    /// Wrappers before all names are removed.
    /// </summary>
    /// <exception cref="InputException">A tensor cannot be read.</exception>
    public CheckpointWeights ReadAsIs()
    {
        var containers = tensors
            .GroupBy(tensor => tensor.Container)
            .OrderBy(group => Words.IsOfOptimizer(group.Key))
            .ThenByDescending(group => group.Count())
            .ToList();
        if (containers.Count == 0)
        {
            return new(new([]), new(null, "", null, 0, [], []));
        }

        var most = containers[0].Count();
        var taken = containers.Where(group => group.Count() == most).MinBy(group => Words.Rank(group.Key))!;
        var prefix = CommonWrapper([.. taken.Select(tensor => tensor.Name)]);
        using var scope = NewDisposeScope();
        var names = taken.Select(tensor => tensor.Name[prefix.Length..]).ToList();
        var weights = new StateDict(names.Zip(file.Read([.. taken]), KeyValuePair.Create));
        var others = containers.Where(group => group.Key != taken.Key && IsModel(group.Key, group.Count(), most));
        return new(
            weights,
            new(taken.Key.Length == 0 ? null : taken.Key, prefix, null, 0, [], [.. others.Select(group => group.Key)])
            {
                Merged = file.Remark,
            }
        );
    }

    private IEnumerable<NetworkReading> Fits(NetworkArchitecture network)
    {
        var outline = NetworkOutline.Create(network);
        var others = All(readings, outline);
        return others
            .Select(reading => WithHeadBeside(network, outline, Compare(network, outline, reading, others)))
            .Where(fit => fit.Missing.Length < outline.Needed.Length)
            .OrderBy(fit => !fit.IsComplete)
            .ThenBy(fit => fit.IsComplete ? fit.Names.Rank : fit.Differences)
            .ThenBy(fit => fit.Classes is null)
            .ThenBy(fit => fit.Names.Rank);
    }

    private static ImmutableArray<NamedReading> All(NamedReadings readings, NetworkOutline outline) =>
        [.. outline.Needed.IsEmpty ? [] : readings.Own(outline.Needed[0].Key), .. readings.Foreign];

    // A key may name the body alone, with the head next to it. The head counts only if everything else next to the body
    // is known.
    private NetworkReading WithHeadBeside(NetworkArchitecture network, NetworkOutline outline, NetworkReading fit)
    {
        if (around is null || !fit.IsComplete || fit.Classes is not null)
        {
            return fit;
        }

        var others = All(around, outline);
        var same = others.FirstOrDefault(reading => reading.IsLike(fit.Names));
        return
            same is not null && Compare(network, outline, same, others) is { IsComplete: true, Classes: not null } whole
            ? whole
            : fit;
    }

    // With the network itself or, where that fits better, with its variant for these tensors.
    private static NetworkReading Compare(
        NetworkArchitecture network,
        NetworkOutline outline,
        NamedReading names,
        ImmutableArray<NamedReading> others
    )
    {
        var own = new NetworkReading(outline, names, others);
        if (own.IsComplete || own.Missing.Length == outline.Needed.Length)
        {
            return own;
        }

        using var scope = NewDisposeScope();
        var nowhere = new Device(DeviceType.META);
        var needed = outline.Shapes.ToDictionary(StringComparer.Ordinal);
        var shapes = names
            .Pieces.Where(entry => names.Has(entry.Key))
            .ToDictionary(
                entry => entry.Key,
                entry => empty(ShapeOf(entry.Value[0], needed.GetValueOrDefault(entry.Key)), device: nowhere),
                StringComparer.Ordinal
            );
        var variant = network.VariantFor(shapes);
        return
            variant != network
            && new NetworkReading(NetworkOutline.Create(variant), names, others) is var other
            && other.Differences < own.Differences
            ? other
            : own;
    }

    private static long[] ShapeOf(Piece piece, long[]? needed) =>
        piece.Rule is null || needed is null ? piece.Stored.Shape : piece.Shape(needed);

    private static ImmutableArray<StoredTensor> Below(TensorFile file, string key)
    {
        key = file.Aliases.GetValueOrDefault(key, key);
        ImmutableArray<StoredTensor> found = [.. file.Tensors.Where(tensor => IsBelow(tensor, key))];
        if (!found.IsEmpty)
        {
            return found;
        }

        List<string> ending =
        [
            .. file
                .Tensors.Select(tensor => KeyEndingWith(key, tensor.Path))
                .OfType<string>()
                .Where(found => !Words.IsOfOptimizer(found))
                .Distinct()
                .Take(10),
        ];
        var keys = (ending.Count > 0 ? ending : Containers(file)).ConvertAll(found =>
            $"'{WeightsFile.Printable(found)}'"
        );
        var there =
            keys.Count == 0
                ? "It has one, whose tensors are at the top and which has no key. Name none."
                : $"It has {string.Join(", ", keys)}. Name one of these.";
        throw new InputException($"'{file.Path}' has no state dict '{WeightsFile.Printable(key)}'. {there}");
    }

    // The beginning of a path up to a key that is given without what is around it.
    private static string? KeyEndingWith(string key, string path) =>
        path.IndexOf($".{key}.", StringComparison.Ordinal) is >= 0 and var at ? path[..(at + 1 + key.Length)] : null;

    private static List<string> Containers(TensorFile file) =>
        [
            .. file
            .Tensors.Where(tensor => tensor.Container.Length > 0)
            .GroupBy(tensor => tensor.Container)
            .OrderByDescending(group => group.Count())
            .Where(group => !Words.IsOfOptimizer(group.Key))
            .Select(group => group.Key)
            .Take(10),
        ];

    private static bool IsBelow(StoredTensor tensor, string key) =>
        tensor.Container == key
        || tensor.Path.StartsWith(key + ".", StringComparison.Ordinal)
        || Words.Unwrap(tensor.Path).StartsWith(Words.Unwrap(key) + ".", StringComparison.Ordinal);

    private void CheckNames()
    {
        if (tensors.FirstOrDefault(tensor => tensor.Path.Any(char.IsControl)) is { } odd)
        {
            throw new InputException(
                $"The name of a tensor in '{file.Path}', '{WeightsFile.Printable(odd.Name)}', contains control "
                    + "characters. Download or export the file again."
            );
        }
    }

    // Tensors in the dictionaries that were used.
    private List<StoredTensor> Unused(NetworkReading fit)
    {
        var used = fit.Used.SelectMany(entry => entry.Value).Select(piece => piece.Stored).ToHashSet();
        var containers = used.Select(tensor => tensor.Container).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. tensors
                .Where(tensor => containers.Contains(tensor.Container) && !used.Contains(tensor))
                .Where(tensor => !NetworkOutline.IsCount(tensor.Name)),
        ];
    }

    // What else fits the same network, and dictionaries that are about as large.
    private ImmutableArray<string> AlsoThere(NetworkReading taken)
    {
        var used = taken.Used.SelectMany(entry => entry.Value).Select(piece => piece.Stored).ToHashSet();
        var containers = used.Select(tensor => tensor.Container).ToHashSet(StringComparer.Ordinal);
        var fitting = Fits(taken.Outline.Network)
            .Where(fit => fit.IsComplete && !used.Contains(fit.Names.First))
            .Select(fit => KeyOf(fit.Names, containers))
            .Where(key => !Words.IsOfOptimizer(key));
        var large = tensors
            .GroupBy(tensor => tensor.Container)
            .Where(group => !containers.Contains(group.Key) && IsModel(group.Key, group.Count(), used.Count))
            .Select(group => group.Key);
        var same = file.Aliases.Where(alias => containers.Contains(alias.Value)).Select(alias => alias.Key);
        return [.. fitting.Concat(large).Concat(same).Where(key => key.Length > 0).Distinct()];
    }

    // Several state dicts that nothing distinguishes: neither their keys nor a head. One within another, and tensors
    // that are the same objects, are no others.
    private void RefuseTie(NetworkReading taken, IEnumerable<NetworkReading> more)
    {
        List<NetworkReading> equals =
        [
            taken,
            .. Fits(taken.Outline.Network)
                .Concat(more)
                .Where(fit => fit.IsComplete && fit.Names.Rank == taken.Names.Rank)
                .Where(fit => fit.Classes is null == taken.Classes is null && IsElsewhere(fit.Names, taken.Names)),
        ];
        if (equals.Count == 1)
        {
            return;
        }

        var containers = equals.ConvertAll(fit => fit.Names.First.Container).Distinct().Count();
        ImmutableArray<FoundStateDict> found =
        [
            .. equals
                .Select(fit => FoundStateDict.Create(KeyIn(fit.Names, isShared: containers == 1), fit))
                .DistinctBy(found => found.Key),
        ];
        throw new InputException(
            $"'{file.Path}' has several state dicts that fit, and their keys do not tell which is meant: "
                + $"{string.Join(", ", found.Select(found => $"'{WeightsFile.Printable(found.Key)}'"))}. "
                + "Give the key of one of these.",
            new SeveralStateDictsException(found)
        );
    }

    private static bool IsElsewhere(NamedReading other, NamedReading taken) =>
        !other.Prefix.StartsWith(taken.Prefix, StringComparison.Ordinal)
        && !taken.Prefix.StartsWith(other.Prefix, StringComparison.Ordinal)
        && !(
            other.First.Source is TensorView { Storage: var storage } view
            && taken.First.Source is TensorView { Storage: var own } taking
            && (storage.Key, view.Offset) == (own.Key, taking.Offset)
        );

    // What an average is called that is about as large as what was taken, and was not.
    private ImmutableArray<string> UnreadAverages(NetworkReading taken)
    {
        var used = taken.Used.SelectMany(entry => entry.Value).Select(piece => piece.Stored).ToHashSet();
        return taken.Names.Rank == 0
            ? []
            :
            [
                .. tensors
                    .Where(tensor => !used.Contains(tensor))
                    .GroupBy(tensor => AverageIn(tensor.Path))
                    .Where(group => group.Key is not null && group.Count() >= (used.Count + 1) / 2)
                    .Select(group => group.Key!),
            ];
    }

    private static string? AverageIn(string path)
    {
        var parts = path.Split('.');
        var place = Array.FindIndex(parts, Words.IsAverage);
        return place < 0 ? null : string.Join('.', parts.Take(place + 1));
    }

    private static bool IsModel(string container, int count, int most) =>
        count >= (most + 1) / 2 && !Words.IsOfOptimizer(container);

    private static string KeyOf(NamedReading names, HashSet<string> taken) =>
        taken.Contains(names.First.Container)
            ? $"{names.First.Container}.{PrefixOf(names)}".Trim('.')
            : names.First.Container;

    private static string KeyIn(NamedReading names, bool isShared) =>
        isShared ? KeyOf(names, [names.First.Container]) : names.First.Container;

    // The prefix as it is in the file, within its dictionary.
    private static string PrefixOf(NamedReading names)
    {
        var unwrapped = Words.Unwrap(names.First.Path);
        var rest = unwrapped.StartsWith(names.Prefix, StringComparison.Ordinal)
            ? unwrapped[names.Prefix.Length..]
            : names.First.Path[names.Prefix.Length..];
        var name = names.First.Name;
        return name.EndsWith(rest, StringComparison.Ordinal) ? name[..^rest.Length]
            : Words.Unwrap(name) is var plain && plain.EndsWith(rest, StringComparison.Ordinal) ? plain[..^rest.Length]
            : "";
    }

    // module. of DataParallel and its like, while every name begins with it.
    private static string CommonWrapper(List<string> names)
    {
        var prefix = "";
        while (true)
        {
            var part = Words.FirstPart(names[0][prefix.Length..]);
            var longer = $"{prefix}{part}.";
            if (
                Words.Unwrap(part).Length > 0
                || !names.TrueForAll(name => name.StartsWith(longer, StringComparison.Ordinal))
            )
            {
                return prefix;
            }

            prefix = longer;
        }
    }
}
