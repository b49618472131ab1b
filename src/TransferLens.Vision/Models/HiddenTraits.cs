namespace TransferLens.Vision.Models;

/// <summary>
/// What a network computes that the names and shapes of its tensors do not tell. A trait is null where it is not known,
/// or where no network with these tensors differs in it.
/// </summary>
internal sealed record HiddenTraits
{
    /// <summary>The exact GELU, as transformers writes it in <c>hidden_act</c>.</summary>
    public const string Gelu = "gelu";

    /// <summary>The activation x sigmoid(1.702 x), as transformers writes it in <c>hidden_act</c>.</summary>
    public const string QuickGelu = "quick_gelu";

    /// <summary>Padding of convolutions by equal numbers of zeros on both sides.</summary>
    public const string SymmetricPadding = "symmetric";

    /// <summary>TensorFlow's padding, with more zeros on the right and below where their number is odd.</summary>
    public const string SamePadding = "TensorFlow's";

    /// <summary>No trait is known.</summary>
    public static HiddenTraits Unknown { get; } = new();

    /// <summary>The activation of a transformer's blocks.</summary>
    public string? Activation { get; init; }

    /// <summary>Number of heads of a transformer's attention.</summary>
    public long? Heads { get; init; }

    /// <summary>How convolutions are padded.</summary>
    public string? Padding { get; init; }

    /// <summary>The traits as words, for example "activation gelu, 12 heads".</summary>
    public string Text =>
        string.Join(
            ", ",
            (
                (string?[])
                    [
                        Activation is null ? null : $"activation {Activation}",
                        Heads is null ? null : $"{Heads} heads",
                        Padding is null ? null : $"{Padding} padding",
                    ]
            ).OfType<string>()
        );

    /// <summary>Whether a trait is known in both and differs.</summary>
    public bool Contradicts(HiddenTraits other) => DifferenceFrom(other) != Unknown;

    /// <summary>The traits that are known in both and differ, as they are here.</summary>
    public HiddenTraits DifferenceFrom(HiddenTraits other) =>
        new()
        {
            Activation = other.Activation is null || other.Activation == Activation ? null : Activation,
            Heads = other.Heads is null || other.Heads == Heads ? null : Heads,
            Padding = other.Padding is null || other.Padding == Padding ? null : Padding,
        };

    /// <summary>These traits, and those of another where they are not known.</summary>
    public HiddenTraits Or(HiddenTraits other) =>
        new()
        {
            Activation = Activation ?? other.Activation,
            Heads = Heads ?? other.Heads,
            Padding = Padding ?? other.Padding,
        };
}
