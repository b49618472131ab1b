using System.Text.RegularExpressions;

namespace TransferLens.Tests;

/// <summary>Damages JSON so that most of it stays JSON: bytes changed at random rarely reach past its parser.</summary>
internal static partial class HostileJson
{
    private static readonly string[] Odd =
    [
        "null",
        "true",
        "-1",
        "0",
        "0.5",
        "1e400",
        "2147483648",
        "9223372036854775808",
        "[]",
        "{}",
        "[[1,null]]",
        "{\"a\":1,\"a\":2}",
        "\"\"",
        "\"\\u0000\\n\\u001b[31m\"",
        "\"\\ud800\"",
        "\"../x\"",
        "\"/dev/zero\"",
        $"\"{new string('x', 100_000)}\"",
        new('[', 5_000),
    ];

    /// <summary>A damaged copy: some tokens replaced by odd values, exchanged, removed or repeated.</summary>
    /// <param name="sound">The JSON.</param>
    /// <param name="random">Chooses the damage.</param>
    public static string Mutated(string sound, Random random)
    {
        List<string> tokens = [.. Token().Matches(sound).Select(match => match.Value)];
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(tokens.Count);
            switch (random.Next(10))
            {
                case 0:
                    tokens.RemoveAt(at);
                    break;
                case 1:
                    tokens.Insert(random.Next(tokens.Count), tokens[at]);
                    break;
                case 2:
                    tokens[at] = tokens[random.Next(tokens.Count)];
                    break;
                default:
                    var all = Enumerable.Range(0, tokens.Count);
                    List<int> values = [.. all.Where(i => !"{}[],:".Contains(tokens[i][0]))];
                    tokens[values.Count == 0 ? at : values[random.Next(values.Count)]] = Odd[random.Next(Odd.Length)];
                    break;
            }
        }

        return string.Concat(tokens);
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+
        """)]
    private static partial Regex Token();
}
