using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>
/// Renames tensors. In <paramref name="from"/>, <c>#</c> stands for any number; it matches whole parts of a name, and
/// what follows, such as <c>.weight</c>, is kept. In <paramref name="to"/>, <c>{0}</c> is the first number,
/// <c>{1+1}</c> the second plus one, <c>{2*0+1}</c> twice the first plus one.
/// </summary>
/// <param name="from">How the name begins.</param>
/// <param name="to">How it begins in the network.</param>
internal sealed partial class NameRule(string from, string to)
{
    private readonly Regex pattern = new(
        "^" + Regex.Escape(from).Replace("\\#", "([0-9]{1,4})", StringComparison.Ordinal) + "(?=\\.|$)",
        RegexOptions.CultureInvariant
    );

    /// <summary>How the values are rearranged.</summary>
    public TensorChange Change { get; init; } = TensorChange.None;

    /// <summary>Which of <see cref="Parts"/> this is of a tensor that is joined along its first axis.</summary>
    public int Part { get; init; }

    /// <summary>Number of tensors that are joined; 1 for none.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>The new name; null if the rule is for others.</summary>
    public string? Rename(string name)
    {
        var match = pattern.Match(name);
        return match.Success ? Numbered().Replace(to, number => Number(number, match)) + name[match.Length..] : null;
    }

    /// <summary>The rules for queries, keys and values that become one tensor, in this order.</summary>
    /// <param name="from">Name with <c>@</c> in place of the three words.</param>
    /// <param name="words">The words, in the order of queries, keys and values.</param>
    /// <param name="to">Name of the joined tensor.</param>
    /// <param name="change">How each is rearranged first.</param>
    public static IEnumerable<NameRule> Joined(
        string from,
        ImmutableArray<string> words,
        string to,
        TensorChange? change = null
    ) =>
        words.Select(
            (word, i) =>
                new NameRule(from.Replace("@", word, StringComparison.Ordinal), to)
                {
                    Part = i,
                    Parts = words.Length,
                    Change = change ?? TensorChange.None,
                }
        );

    private static string Number(Match number, Match match)
    {
        var factor = number.Groups["factor"] is { Success: true } given ? Integer(given.Value) : 1;
        var added = number.Groups["added"] is { Success: true } more ? Integer(more.Value) : 0;
        var value = Integer(match.Groups[1 + Integer(number.Groups["index"].Value)].Value);
        return ((factor * value) + added).ToString(CultureInfo.InvariantCulture);
    }

    private static int Integer(string text) =>
        int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(?:(?<factor>\d)\*)?(?<index>\d)(?<added>[+-]\d+)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
