using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>
/// Whether the findings of a <c>results.json</c> are what its numbers say: every piece of evidence follows from them by a
/// rule of its own, or stands among those of its analysis; every number that a sentence quotes is the rounding of evidence,
/// or of a difference of two; and what the sentence claims holds.
/// </summary>
internal static partial class FindingsCheck
{
    /// <summary>What does not agree, in words.</summary>
    public static IReadOnlyList<string> Problems(JsonNode results) =>
        [.. results["findings"]!.AsArray().OfType<JsonNode>().SelectMany(finding => Problems(results, finding))];

    /// <summary>What does not agree of one finding.</summary>
    public static IReadOnlyList<string> Problems(JsonNode results, JsonNode finding)
    {
        var (analysis, sentence) = ((string)finding["analysis"]!, (string)finding["sentence"]!);
        var target = results["runs"]!
            .AsArray()
            .Select(run => (string)run!["target"]!)
            .Distinct()
            .Where(name => Regex.IsMatch(sentence, $@"(?<!\w){Regex.Escape(name)}(?!\w)"))
            .MaxBy(name => name.Length)
            ?? (string)results["runs"]![0]!["target"]!;
        var numbers = new StudyNumbers(results, target);
        var evidence = finding["evidence"]!
            .AsArray()
            .OfType<JsonNode>()
            .Select(one => (Name: (string)one["name"]!, Stated: Stated.Of(one)!, Unit: (string)one["unit"]!))
            .ToList();
        var problems = evidence
            .Select(one => Wrong(results, numbers, analysis, one.Name, one.Stated, one.Unit))
            .OfType<string>()
            .ToList();
        var quotable = Quotable(results, evidence);
        foreach (
            var text in new[] { sentence, (string?)finding["detail"] ?? "", (string?)finding["recommendation"] ?? "" }
        )
        {
            var plain = text.Replace("95 % CI", "", StringComparison.Ordinal);
            problems.AddRange(
                Quoted()
                    .Matches(plain)
                    .Where(match => !quotable.Any(value => Quotes(plain, match, Math.Abs(value))))
                    .Select(match => $"{match.Value} is no rounding of evidence in: {text}")
            );
        }

        if (finding["decision"] is { } decision && Open().IsMatch(sentence) == ((double)decision["p"]! < 0.05))
        {
            problems.Add($"p = {decision["p"]}, and yet: {sentence}");
        }

        if (SentenceRules.Of(sentence, numbers) == false)
        {
            problems.Add($"the numbers do not say: {sentence}");
        }

        return problems;
    }

    // A bound is rounded up, so that what it promises holds.
    private static bool Quotes(string text, Match number, double value)
    {
        var quoted = number.Value.TrimStart('+', '-');
        return SentenceRules.Rounds(quoted, value)
            || (Bound().IsMatch(text[..number.Index]) && SentenceRules.RoundsUp(quoted, value));
    }

    private static string? Wrong(
        JsonNode results,
        StudyNumbers numbers,
        string analysis,
        string name,
        Stated stated,
        string unit
    )
    {
        var there = Numbers(results["analyses"]![analysis]).Concat(Numbers(results["runs"])).ToList();
        if (EvidenceRules.Of(analysis, name, numbers) is { } rule)
        {
            return
                rule.Expected is { } expected
                && Same(expected.Value, stated.Value)
                && (
                    expected.Low is null
                        ? Stands(stated.Low) && Stands(stated.High)
                        : stated.Low is null || (Same(expected.Low, stated.Low) && Same(expected.High, stated.High))
                )
                ? null
                : $"{analysis}: '{name}' is {stated}, but {rule.Wrong ?? $"{rule.Expected}"}";
        }

        // Without a rule it must stand there, as it is or in percent; counts and quotients are for rules.
        return Stands(stated.Value) && Stands(stated.Low) && Stands(stated.High)
            ? null
            : $"{analysis}: '{name}' is {stated}, which is not among its numbers";

        bool Stands(double? value) =>
            value is not { } one || there.Any(number => Same(number, one) || Same(Factor(unit) * number, one));
    }

    // Shares stand in results.json as fractions.
    private static double Factor(string unit) =>
        unit.StartsWith('%') || unit.EndsWith("points", StringComparison.Ordinal) ? 100 : 1;

    // Accuracies are quoted in percent and points, everything else as it is; and learning rates and margins.
    private static List<double> Quotable(
        JsonNode results,
        IEnumerable<(string Name, Stated Stated, string Unit)> evidence
    )
    {
        var scaled = evidence
            .Select(one =>
                (
                    Stated: one.Stated.Times(one.Unit.Contains("accuracy", StringComparison.Ordinal) ? 100 : 1),
                    one.Unit
                )
            )
            .ToList();
        var values = scaled
            .SelectMany(one => new[] { one.Stated.Value, one.Stated.Low, one.Stated.High })
            .OfType<double>()
            .ToList();
        var differences =
            from first in scaled
            from second in scaled
            where first.Unit == second.Unit
            select first.Stated.Value - second.Stated.Value;
        var runs = results["runs"]!.AsArray().OfType<JsonNode>().ToList();
        return
        [
            .. values,
            .. differences,
            .. runs.Select(run => (double)run["learningRate"]!),
            .. Margins(results).Select(margin => 100 * margin),
        ];
    }

    // Margins, and the smallest that would pass.
    private static IEnumerable<double> Margins(JsonNode? node) =>
        node switch
        {
            JsonObject entries => entries.SelectMany(entry =>
                entry.Key is "margin" or "smallestMargin" && entry.Value is JsonValue margin
                    ? [margin.GetValue<double>()]
                    : Margins(entry.Value)
            ),
            JsonArray list => list.SelectMany(Margins),
            _ => [],
        };

    private static IEnumerable<double> Numbers(JsonNode? node) =>
        node switch
        {
            JsonObject entries => entries.SelectMany(entry => Numbers(entry.Value)),
            JsonArray list => list.SelectMany(Numbers),
            JsonValue value when value.TryGetValue<double>(out var number) => [number],
            _ => [],
        };

    private static bool Same(double? expected, double? found) =>
        expected is { } a && found is { } b
            ? Math.Abs(a - b) <= 1e-9 * (1 + Math.Abs(a))
            : expected is null && found is null;

    // The words of findings whose test shows nothing.
    [GeneratedRegex("(at most|up to|may reach|margin( is| of|:| that would pass is)?) $")]
    private static partial Regex Bound();

    [GeneratedRegex(
        "^(?:Unequal learning rates: )?[Nn]o .*(detected|shown)|^Uncertain |^Open (when|whether) |(?<!which costs most )is open"
            + "|is undecided|not shown|neither part|is not judged"
    )]
    private static partial Regex Open();

    [GeneratedRegex(@"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+|(?= %))(?![\w.]*\w)")]
    private static partial Regex Quoted();
}
