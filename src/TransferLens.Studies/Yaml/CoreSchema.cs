using System.Buffers;
using System.Globalization;

namespace TransferLens.Studies.Yaml;

/// <summary>What plain text means by the core schema of YAML 1.2, chapter 10.3.2.</summary>
internal static class CoreSchema
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789+-.eE");

    /// <summary>true or false; null for anything else.</summary>
    public static bool? Flag(YamlScalar scalar) =>
        scalar.Quoted
            ? null
            : scalar.Text switch
            {
                "true" or "True" or "TRUE" => true,
                "false" or "False" or "FALSE" => false,
                _ => null,
            };

    /// <summary>A whole number, decimal, 0o octal or 0x hexadecimal; null for anything else and beyond 64 bits.</summary>
    public static long? Integer(YamlScalar scalar)
    {
        var text = scalar.Text;
        if (scalar.Quoted)
        {
            return null;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return
                ulong.TryParse(
                    text.AsSpan(2),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var hexadecimal
                )
                && hexadecimal <= long.MaxValue
                ? (long)hexadecimal
                : null;
        }

        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            return text.Length is > 2 and <= 22 && text.AsSpan(2).IndexOfAnyExceptInRange('0', '7') < 0
                ? text.Skip(2).Aggregate(0L, (value, digit) => (8 * value) + (digit - '0'))
                : null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : null;
    }

    /// <summary>A number, whole or not, infinite and not-a-number among them; null for anything else.</summary>
    public static double? Number(YamlScalar scalar) =>
        scalar.Quoted ? null
        : Integer(scalar) is { } whole ? whole
        : scalar.Text switch
        {
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            // Other letters are kept out because .NET would read the words Infinity and NaN.
            var text
                when !text.AsSpan().ContainsAnyExcept(OfNumbers)
                    && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                number,
            _ => null,
        };
}
