using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace TransferLens.Vision.Formats;

/// <summary>
/// The order of classes, the same for every format that has only names: names that are all integers in the order of
/// their numbers, other names in ordinal order of their text.
/// </summary>
internal static class ClassOrder
{
    private const int Shown = 4;

    /// <summary>The distinct names in order.</summary>
    public static ImmutableArray<string> Sort(IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return AreIntegers(distinct) ? [.. distinct.OrderBy(Number)] : [.. distinct];
    }

    /// <summary>Whether every name is an integer.</summary>
    public static bool AreIntegers(IEnumerable<string> names) => names.All(name => Integer(name) is not null);

    /// <summary>Whether a name is a negative integer.</summary>
    public static bool IsNegative(string name) => Integer(name) is { Sign: < 0 };

    /// <summary>
    /// Labels as names of classes: where all are integers, some written as <c>3.0</c> as by pandas, without the zeros.
    /// </summary>
    public static IReadOnlyList<string> FromLabels(IReadOnlyList<string> labels)
    {
        List<string> whole = [.. labels.Select(WithoutZeros)];
        return AreIntegers(whole) ? whole : labels;
    }

    /// <summary>In words: <c>in number order</c>, <c>in text order</c>, or the order of the data.</summary>
    public static string Describe(IReadOnlyList<string> classes)
    {
        if (classes.SequenceEqual(Sort(classes), StringComparer.Ordinal))
        {
            return AreIntegers(classes) ? "in number order" : "in text order";
        }

        return "in the order of the data";
    }

    /// <summary>The classes in a sentence, the middle ones left out where there are many.</summary>
    public static string List(IReadOnlyList<string> classes) =>
        classes.Count <= (2 * Shown) + 1
            ? string.Join(", ", classes)
            : $"{string.Join(", ", classes.Take(Shown))}, ..., {classes[^1]}";

    /// <summary>Whether the order of numbers differs from the order of their text, as for 2 and 10.</summary>
    public static bool DiffersFromText(IReadOnlyList<string> classes) =>
        AreIntegers(classes) && !classes.SequenceEqual(classes.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    private static BigInteger Number(string name) => Integer(name)!.Value;

    private static BigInteger? Integer(string name) =>
        name.Length <= 100
        && BigInteger.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string WithoutZeros(string label)
    {
        var text = label.Trim();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && text.AsSpan(point + 1).TrimEnd('0').IsEmpty ? text[..point] : text;
    }

    /// <summary>The names of classes that only have numbers, from 0.</summary>
    public static ImmutableArray<string> Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(label => label.ToString(CultureInfo.InvariantCulture))];
}
