using System.Collections.Immutable;
using System.Globalization;

namespace TransferLens.Speed;

/// <summary>A comparison with what was measured, round by round.</summary>
/// <param name="Comparison">What is compared.</param>
/// <param name="Ours">TransferLens.</param>
/// <param name="Peers">The peer, in the same rounds; empty without one.</param>
/// <param name="Disagreement">Why no time counts; null when results agree.</param>
/// <param name="Plain">The same work written plainly in TorchSharp, in the first round; empty without it.</param>
internal sealed record Row(
    Comparison Comparison,
    IReadOnlyList<Measured> Ours,
    IReadOnlyList<Measured> Peers,
    string? Disagreement,
    IReadOnlyList<Measured> Plain
)
{
    /// <summary>The head of the table.</summary>
    public static string Head =>
        """
            | case | at least | median (range) | reached | TransferLens | peer | share of peak | peak memory | against plain TorchSharp |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """;

    /// <summary>How many times as fast as the peer, each round.</summary>
    public ImmutableArray<double> Ratios =>
        [.. Ours.Zip(Peers, (ours, peer) => Comparison.Seconds(peer) / Comparison.Seconds(ours))];

    /// <summary>Whether the median is at the bar.</summary>
    public bool Reached =>
        Disagreement is null
        && (Comparison.Peer is null ? Median(Seconds(Ours)) <= Comparison.Bar : Median(Ratios) >= Comparison.Bar);

    /// <summary>The line of the table. Peaks are in operations a second, float32 and bfloat16.</summary>
    public string Line(double float32, double bfloat16)
    {
        var bar = Comparison.Peer is null ? $"≤ {Comparison.Bar:0.0##} s" : $"{Comparison.Bar:0.0#}x";
        if (Disagreement is not null)
        {
            return $"| {Comparison.Case} | {bar} | results differ | no | | | | | |";
        }

        var values = Comparison.Peer is null ? Seconds(Ours) : Ratios;
        var (unit, form) = Comparison.Peer is null ? (" s", "0.00") : ("x", "0.00");
        var range = $"{Text(Median(values), form)}{unit} ({Text(values.Min(), form)} to {Text(values.Max(), form)})";
        var plain =
            Plain.Count == 0 ? "" : $"{Text(Comparison.Seconds(Plain[0]) / Comparison.Seconds(Ours[0]), "0.00")}x";
        return $"| {Comparison.Case} | {bar} | {range} | {(Reached ? "yes" : "no")} | {Rate(Ours)} | {Rate(Peers)} | {Share(Ours, Comparison.Bfloat16 ? bfloat16 : float32)}{(Peers.Count > 0 && Comparison.Flops > 0 ? $", {Share(Peers, float32)}" : "")} | {(Comparison.HasMemory ? Memory(Ours) : "")}{(Peers.Count > 0 ? $", {Memory(Peers)}" : "")} | {plain} |";
    }

    private ImmutableArray<double> Seconds(IEnumerable<Measured> side) => [.. side.Select(Comparison.Seconds)];

    private string Rate(IReadOnlyList<Measured> side) =>
        side.Count == 0 ? ""
        : Comparison.Amount == 0 ? $"{Text(Median(Seconds(side)), "0.000")} s"
        : $"{Text(Comparison.Amount / Median(Seconds(side)), "#,0")} {Comparison.Unit}/s";

    private string Share(IReadOnlyList<Measured> side, double peak) =>
        Comparison.Flops == 0 || side.Count == 0
            ? ""
            : $"{Text(100 * Comparison.Flops / Median(Seconds(side)) / peak, "0")} %";

    private static string Memory(IReadOnlyList<Measured> side) => $"{side.Max(one => one.Peak) / 1e6:#,0} MB";

    private static string Text(double value, string form) => value.ToString(form, CultureInfo.InvariantCulture);

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
    }
}
