using System.Collections.Immutable;
using System.Text;
using TransferLens.Studies.Inputs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TransferLens.Studies.Yaml;

/// <summary>
/// Reads one YAML document. It uses the parser's events instead of YamlDotNet's own tree: building that tree recurses
/// without a limit and hashes an alias each time it is used, so a small hostile file could crash the process.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>Largest number of values, counting keys, and the values behind aliases.</summary>
    public const int MostNodes = 100_000;

    /// <summary>Largest depth of nested mappings and lists.</summary>
    public const int MostDepth = 64;

    private readonly YamlEvents events;
    private readonly Dictionary<AnchorName, YamlTree?> anchors = [];
    private int nodes;

    private YamlTreeReader(YamlEvents events) => this.events = events;

    /// <summary>Reads the document's value; null for an empty document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The name of the text in messages.</param>
    /// <param name="lines">Whether messages name lines.</param>
    /// <exception cref="InputException">
    /// The text is not valid YAML, contains more than one document, or is too large.
    /// </exception>
    public static YamlTree? Read(string text, string source, bool lines) =>
        new YamlTreeReader(new(text, source, lines)).Document();

    private YamlTree? Document()
    {
        events.Next();
        if (events.Next() is StreamEnd)
        {
            return null;
        }

        var root = Value(events.Next(), 0);
        events.Next();
        var end = events.Next();
        return end is StreamEnd
            ? root
            : throw events.Error(
                end,
                "a second document begins here; a study is one document, so remove the line '---' and what follows it."
            );
    }

    private YamlTree Value(ParsingEvent begin, int depth)
    {
        Count(begin, 1);
        if (begin is AnchorAlias alias)
        {
            return Resolve(alias, depth);
        }

        if (begin is not NodeEvent node)
        {
            throw events.Error(begin, YamlEvents.Unclosed);
        }

        if (!IsAllowed(node.Tag, node))
        {
            throw events.Error(node, $"the tag '{Sentence.Short(node.Tag.Value)}' is not supported; remove it.");
        }

        if (depth + (node is Scalar ? 0 : 1) > MostDepth)
        {
            throw events.Error(
                node,
                $"values are nested more than {MostDepth} levels deep; a study needs only a few levels."
            );
        }

        if (!node.Anchor.IsEmpty)
        {
            // Null while the value is being read: an alias inside it would make it infinitely large.
            anchors[node.Anchor] = null;
        }

        YamlTree value = node switch
        {
            Scalar scalar => new YamlScalar(
                events.At(scalar),
                Printable(scalar),
                Quoted: scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty
            ),
            SequenceStart => new YamlList(events.At(node), Items(depth + 1)),
            _ => new YamlMap(events.At(node), Entries(depth + 1)),
        };
        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor] = value;
        }

        return value;
    }

    private static bool IsAllowed(TagName tag, NodeEvent node) =>
        tag.IsEmpty || tag.IsNonSpecific || (node is Scalar && tag.Value == "tag:yaml.org,2002:str");

    private ImmutableArray<YamlTree> Items(int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlTree>();
        while (events.Next() is var next and not SequenceEnd)
        {
            items.Add(Value(next, depth));
        }

        return items.ToImmutable();
    }

    private ImmutableArray<YamlEntry> Entries(int depth)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var first = new Dictionary<string, Place>();
        while (events.Next() is var next and not MappingEnd)
        {
            var place = events.At(next);
            var key = (Value(next, depth) as YamlScalar)?.Text
                ?? throw events.Error(next, "a key must be a word, not a list or a mapping.");
            if (!first.TryAdd(key, place))
            {
                var where = first[key].Line > 0 ? $", first in line {first[key].Line}" : "";
                var twice = $"the key '{Sentence.Short(key)}' is given twice{where}";
                throw events.Error(next, $"{twice}; remove one of the two.");
            }

            entries.Add(new(place, key, Value(events.Next(), depth)));
        }

        return entries.ToImmutable();
    }

    private YamlTree Resolve(AnchorAlias alias, int depth)
    {
        var name = Sentence.Short(alias.Value.Value);
        if (!anchors.TryGetValue(alias.Value, out var value))
        {
            throw events.Error(alias, $"the alias *{name} has no anchor before it.");
        }

        if (value is null || depth + value.Depth > MostDepth)
        {
            throw events.Error(
                alias,
                $"the alias *{name} is inside its own value or nested too deep; write out its value instead."
            );
        }

        Count(alias, value.Nodes);
        return value;
    }

    private void Count(ParsingEvent at, int more)
    {
        nodes += more;
        if (nodes > MostNodes)
        {
            throw events.Error(
                at,
                $"the text has more than {MostNodes} values, counting those behind aliases; shorten it."
            );
        }
    }

    // Text becomes part of paths and JSON, which allow neither control characters nor half a surrogate pair.
    private string Printable(Scalar scalar) =>
        scalar
            .Value.EnumerateRunes()
            .All(rune => rune != Rune.ReplacementChar && (!Rune.IsControl(rune) || rune.Value is '\n' or '\t'))
            ? scalar.Value
            : throw events.Error(scalar, "this text contains a control character or invalid UTF-8; remove it.");
}
