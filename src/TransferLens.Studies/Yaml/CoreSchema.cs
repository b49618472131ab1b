using System.Buffers;
using System.Globalization;

namespace TransferLens.Studies.Yaml;

/// <summary>The values of plain scalars by the core schema of YAML 1.2, chapter 10.3.2.</summary>
internal static class CoreSchema
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+-.eE");

    /// <summary>The value of a Boolean; null for anything else.</summary>
    public static bool? Flag(YamlScalar scalar) =>
        scalar.Quoted
            ? null
            : scalar.Text switch
            {
                "true" or "True" or "TRUE" => true,
                "false" or "False" or "FALSE" => false,
                _ => null,
            };

    /// <summary>
    /// The value of an integer, decimal, octal with 0o, or hexadecimal with 0x; null for anything else, and for
    /// integers of more than 64 bits.
    /// </summary>
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

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }

    /// <summary>The value of a number, which may be infinite or not-a-number; null for anything else.</summary>
    public static double? Number(YamlScalar scalar) =>
        scalar.Quoted ? null
        : Integer(scalar) is { } integer ? integer
        : scalar.Text switch
        {
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            // .NET would also accept the words Infinity and NaN.
            var text
                when !text.AsSpan().ContainsAnyExcept(NumberCharacters)
                    && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
                number,
            _ => null,
        };
}
