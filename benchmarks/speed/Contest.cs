using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Speed;

/// <summary>One side of a contest.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Run">Runs it once.</param>
/// <param name="Once">Runs once after the rounds, for the reader. No minimum applies.</param>
/// <param name="OnlyFirst">Runs in the first round only, because it is slow. No minimum applies.</param>
internal sealed record Contender(string Name, Func<Measured> Run, bool Once = false, bool OnlyFirst = false);

/// <summary>What two contenders are compared in.</summary>
/// <param name="Case">The case, as a line of the table.</param>
/// <param name="Ours">Name of the contender that is TransferLens.</param>
/// <param name="Peer">Name of its peer; null where the bar is in seconds.</param>
/// <param name="Bar">How many times as fast as the peer at least; without a peer, seconds at most.</param>
internal sealed record Comparison(string Case, string Ours, string? Peer, double Bar)
{
    /// <summary>
    /// Name of the contender that is the same work written plainly in TorchSharp, on the same libtorch; null without one.
    /// It runs in the first round only.
    /// </summary>
    public string? Plain { get; init; }

    /// <summary>What is counted, for example images.</summary>
    public string Unit { get; init; } = "";

    /// <summary>How many of them a run does; 0 for no throughput.</summary>
    public double Amount { get; init; }

    /// <summary>Floating-point operations that the case asks for, as <see cref="Operations"/> counts them; 0 for none worth counting.</summary>
    public double Flops { get; init; }

    /// <summary>Whether TransferLens computes in bfloat16 here, whose peak is another.</summary>
    public bool Bfloat16 { get; init; }

    /// <summary>Which seconds count; those of the whole process unless said.</summary>
    public Func<Measured, double> Seconds { get; init; } = measured => measured.Seconds;

    /// <summary>Whether the peak of the memory is that of the case; false where it is that of another line.</summary>
    public bool HasMemory { get; init; } = true;

    /// <summary>Says in what the two results differ by more than they may; null when they agree.</summary>
    public Func<JsonNode, JsonNode, string?> Difference { get; init; } = (_, _) => null;
}

/// <summary>Contenders that run in turn on the same work.</summary>
/// <param name="Name">By which --cases picks it.</param>
/// <param name="Contenders">Who runs.</param>
/// <param name="Comparisons">What is read off.</param>
internal sealed record Contest(
    string Name,
    ImmutableArray<Contender> Contenders,
    ImmutableArray<Comparison> Comparisons
)
{
    /// <summary>The contest without what is computed in bfloat16, for processors that only emulate it; null when nothing is left.</summary>
    public Contest? InFloat32()
    {
        var left = Comparisons.Where(comparison => !comparison.Bfloat16).ToImmutableArray();
        var names = Comparisons
            .Except(left)
            .SelectMany(comparison => new[] { comparison.Ours, comparison.Peer, comparison.Plain })
            .Except(left.SelectMany(comparison => new[] { comparison.Ours, comparison.Peer, comparison.Plain }))
            .ToHashSet();
        return left.IsEmpty
            ? null
            : this with
            {
                Comparisons = left,
                Contenders = [.. Contenders.Where(contender => !names.Contains(contender.Name))],
            };
    }

    /// <summary>
    /// Runs TransferLens once to warm its caches, then the contenders in turn in each round (the slow ones in the first
    /// round only), then once those that run only once.
    /// </summary>
    /// <returns>Each comparison with its rounds. A result that does not agree ends the contest: no time of it counts.</returns>
    public ImmutableArray<Row> Hold(int rounds, Action<string> say)
    {
        var regular = Contenders.Where(contender => !contender.Once).ToList();
        var measured = regular.ToDictionary(contender => contender.Name, _ => new List<Measured>());
        foreach (
            var ours in regular.Where(contender => Comparisons.Any(comparison => comparison.Ours == contender.Name))
        )
        {
            say($"  warm-up: {ours.Name} {ours.Run().Seconds:0.00} s");
        }

        for (var round = 1; round <= rounds; round++)
        {
            var now = regular
                .Where(contender => round == 1 || !contender.OnlyFirst)
                .ToDictionary(contender => contender.Name, contender => contender.Run());
            say($"  round {round}: {string.Join(", ", now.Select(one => $"{one.Key} {one.Value.Seconds:0.00} s"))}");
            var differences = Comparisons
                .Where(comparison => comparison.Peer is not null)
                .Select(comparison =>
                    (comparison, Text: comparison.Difference(now[comparison.Ours].Result, now[comparison.Peer!].Result))
                )
                .Where(pair => pair.Text is not null)
                .ToList();
            if (differences.Count > 0)
            {
                differences.ForEach(pair =>
                    say($"  {pair.comparison.Case}: the results do not agree, so no time counts: {pair.Text}")
                );
                return
                [
                    .. Comparisons.Select(comparison => new Row(
                        comparison,
                        [],
                        [],
                        differences.FirstOrDefault(pair => pair.comparison == comparison).Text
                            ?? "another case of this contest does not agree",
                        []
                    )),
                ];
            }

            foreach (var (name, one) in now)
            {
                measured[name].Add(one);
            }
        }

        foreach (var extra in Contenders.Where(contender => contender.Once))
        {
            try
            {
                var once = extra.Run();
                var (seconds, memory) = ($"{once.Seconds:0.00} s", $"{once.Peak / 1e6:0} MB");
                say($"  once, for comparison: {extra.Name} {seconds}, {memory}{Accuracies(once.Result)}");
            }
            catch (InvalidOperationException failure)
            {
                say($"  once, for comparison: {extra.Name} did not work: {failure.Message.Split('\n')[^1]}");
            }
        }

        return
        [
            .. Comparisons.Select(comparison => new Row(
                comparison,
                measured[comparison.Ours],
                comparison.Peer is { } peer ? measured[peer] : [],
                null,
                comparison.Plain is { } plain ? measured[plain] : []
            )),
        ];
    }

    private static string Accuracies(JsonNode result) =>
        result["accuracies"] is JsonArray found
            ? $", accuracies {string.Join(" ", found.Select(one => $"{one!.GetValue<double>():0.000}"))}"
            : "";
}
