using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TransferLens.Vision.Weights;

/// <summary>What reading a checkpoint chose, renamed and left out.</summary>
/// <param name="Taken">The state dict that was taken, as a path of keys with dots; null for the top of the
/// file.</param>
/// <param name="Prefix">What was removed from the beginning of names there, for example <c>module.</c>.</param>
/// <param name="Layout">Whose names the tensors had; null for the network's own.</param>
/// <param name="Renamed">Number of tensors of the network whose names differed by more than the prefix.</param>
/// <param name="Dropped">Tensors that were not used, by their names in the file.</param>
/// <param name="AlsoThere">Other state dicts in the file, by the keys that choose them.</param>
public sealed record CheckpointNotes(
    string? Taken,
    string Prefix,
    string? Layout,
    int Renamed,
    ImmutableArray<string> Dropped,
    ImmutableArray<string> AlsoThere
)
{
    private const int MostListed = 3;

    /// <summary>The adapter that was merged into the weights, as a clause; null for none.</summary>
    public string? Merged { get; init; }

    /// <summary>Tensors that were missing and are zeros: the bias of a linear head without one.</summary>
    public ImmutableArray<string> Filled { get; init; } = [];

    /// <summary>
    /// The linear layer that was taken as the head, by its name in the file; null for one under the network's own name,
    /// or for none.
    /// </summary>
    public string? HeadFrom { get; init; }

    /// <summary>Linear layers with their shapes that could all be the head, which is missing.</summary>
    public ImmutableArray<string> PossibleHeads { get; init; } = [];

    /// <summary>Averages over training that are there and were not read, since their names do not fit.</summary>
    public ImmutableArray<string> Unread { get; init; } = [];

    /// <summary>Networks that have the same tensors and compute something else.</summary>
    public ImmutableArray<string> AlsoFits { get; init; } = [];

    /// <summary>
    /// How tensors that were not read are quantized, and which tensor shows it, as a clause; null where none is.
    /// </summary>
    public string? Quantized { get; init; }

    /// <summary>
    /// What the tensors do not tell of the network, which one was taken and why; null where nothing is in doubt.
    /// </summary>
    public string? Doubt { get; init; }

    /// <summary>
    /// The key that chooses the same state dict, with a head next to it; null at the top of the file.
    /// </summary>
    [JsonIgnore]
    internal string? Key => $"{Taken}.{Prefix}".Trim('.') is { Length: > 0 } key ? key : null;

    /// <summary>
    /// The notes as one sentence without its subject, for example "state dict 'state_dict_ema' taken (also there:
    /// state_dict), prefix 'module.' removed"; empty when the file contained the network's tensors and no more.
    /// </summary>
    [JsonIgnore]
    public string Text =>
        string.Join(
            "; ",
            (
                (string?[])
                    [
                        Merged,
                        TakenText(),
                        UnreadText(),
                        PrefixText(),
                        RenamedText(),
                        DroppedText(),
                        HeadText(),
                        QuantizedText(),
                        FilledText(),
                        Doubt,
                    ]
            ).Where(part => part is not null)
        );

    /// <summary>The notes as a sentence about a file or several; null if there is nothing to say.</summary>
    /// <param name="files">The files.</param>
    internal string? Sentence(params IEnumerable<string> files)
    {
        var names = files.Select(file => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(file)));
        return Text is { Length: > 0 } text ? $"{Listed([.. names])}: {text}." : null;
    }

    private string? TakenText()
    {
        var others = AlsoThere.IsEmpty ? "" : $" (also there: {Listed(AlsoThere)})";
        return (Taken, AlsoThere.IsEmpty) switch
        {
            ({ } taken, _) => $"state dict '{WeightsFile.Printable(taken)}' taken{others}",
            (null, false) => $"tensors at the top taken{others}",
            _ => null,
        };
    }

    private string? PrefixText() => Prefix.Length == 0 ? null : $"prefix '{WeightsFile.Printable(Prefix)}' removed";

    private string? RenamedText() => Renamed == 0 ? null : $"{Renamed} tensors renamed from {Layout}";

    private string? DroppedText() => Dropped.IsEmpty ? null : $"{Dropped.Length} not used: {Listed(Dropped)}";

    private string? FilledText() => Filled.IsEmpty ? null : $"{Listed(Filled)} is not there and was filled with zeros";

    private string? HeadText() =>
        HeadFrom is not null ? $"'{WeightsFile.Printable(HeadFrom)}' taken as the head"
        : PossibleHeads.IsEmpty ? null
        : $"no head, since several layers could be it: {string.Join(", ", PossibleHeads)}";

    private string? QuantizedText() => Quantized is null ? null : $"what was not read is {Quantized}";

    private string? UnreadText() =>
        Unread.IsEmpty
            ? null
            : $"an average over training is there and was not read, since its names do not fit: {Listed(Unread)}";

    private static string Listed(ImmutableArray<string> names)
    {
        var more = names.Length > MostListed ? $" and {names.Length - MostListed} more" : "";
        return string.Join(", ", names.Take(MostListed).Select(WeightsFile.Printable)) + more;
    }
}

/// <summary>A tensor that has another shape than a network needs.</summary>
/// <param name="Name">Its name in the network.</param>
/// <param name="Found">Its shape in the file.</param>
/// <param name="Needed">Its shape in the network.</param>
public sealed record ShapeDifference(string Name, long[] Found, long[] Needed);

/// <summary>The network that weights come closest to when they fit none.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Missing">Its tensors that are not there.</param>
/// <param name="Extra">Tensors in its middle that it does not have.</param>
/// <param name="Shapes">Tensors of another shape.</param>
public sealed record NearestNetwork(
    string Network,
    ImmutableArray<string> Missing,
    ImmutableArray<string> Extra,
    ImmutableArray<ShapeDifference> Shapes
)
{
    private const int MostListed = 3;

    /// <summary>The differences, the first few of them: "'fc.bias' is missing, ... and 4 more".</summary>
    [JsonIgnore]
    public string Text
    {
        get
        {
            List<string> all =
            [
                .. Missing.Select(name => $"'{name}' is missing"),
                .. Extra.Select(name => $"'{WeightsFile.Printable(name)}' is not part of the network"),
                .. Shapes.Select(shape =>
                    $"'{shape.Name}' has shape [{string.Join(", ", shape.Found)}] instead of "
                    + $"[{string.Join(", ", shape.Needed)}]"
                ),
            ];
            var more = all.Count > MostListed ? $" and {all.Count - MostListed} more" : "";
            return string.Join(", ", all.Take(MostListed)) + more;
        }
    }
}
