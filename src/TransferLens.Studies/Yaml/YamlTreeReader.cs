using System.Collections.Immutable;
using System.Text;
using TransferLens.Studies.Inputs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TransferLens.Studies.Yaml;

/// <summary>
/// Reads one YAML document. It works on the parser's events and not on YamlDotNet's own tree, because that tree is built
/// by unbounded recursion and hashes aliases as often as they are used: a small hostile file would end the process.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>Most values, keys included and aliases counted as what they stand for.</summary>
    public const int MostNodes = 100_000;

    /// <summary>Most mappings and lists inside one another.</summary>
    public const int MostDepth = 64;

    private readonly YamlEvents events;
    private readonly Dictionary<AnchorName, YamlTree?> anchors = [];
    private int nodes;

    private YamlTreeReader(YamlEvents events) => this.events = events;

    /// <summary>The document's value, or null when there is none.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="lines">Whether messages say the line.</param>
    /// <exception cref="InputException">It is not YAML, not one document, or too large.</exception>
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
            throw events.Error(begin, YamlEvents.Open);
        }

        if (
            !(
                node.Tag.IsEmpty
                || node.Tag.IsNonSpecific
                || (node is Scalar && node.Tag.Value == "tag:yaml.org,2002:str")
            )
        )
        {
            throw events.Error(node, $"the tag '{Sentence.Short(node.Tag.Value)}' is not taken; remove it.");
        }

        if (depth + (node is Scalar ? 0 : 1) > MostDepth)
        {
            throw events.Error(
                node,
                $"values lie more than {MostDepth} deep inside one another; a study needs a few levels."
            );
        }

        if (!node.Anchor.IsEmpty)
        {
            // Null while the value is being read: an alias inside it would stand for a value without end.
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
                throw events.Error(
                    next,
                    $"the key '{Sentence.Short(key)}' is given twice{(first[key].Line > 0 ? $", first in line {first[key].Line}" : "")}; remove one of the two."
                );
            }

            entries.Add(new(place, key, Value(events.Next(), depth)));
        }

        return entries.ToImmutable();
    }

    private YamlTree Resolve(AnchorAlias alias, int depth)
    {
        if (!anchors.TryGetValue(alias.Value, out var value))
        {
            throw events.Error(alias, $"the alias *{Sentence.Short(alias.Value.Value)} has no anchor before it.");
        }

        if (value is null || depth + value.Depth > MostDepth)
        {
            throw events.Error(
                alias,
                $"the alias *{Sentence.Short(alias.Value.Value)} lies inside itself or too deep; write out what it stands for."
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
                $"this is more than the {MostNodes} values that a study file may have, aliases written out; shorten it."
            );
        }
    }

    // Text reaches paths, folder names and JSON, none of which takes control characters or half a surrogate pair.
    private string Printable(Scalar scalar) =>
        scalar
            .Value.EnumerateRunes()
            .All(rune => rune != Rune.ReplacementChar && (!Rune.IsControl(rune) || rune.Value is '\n' or '\t'))
            ? scalar.Value
            : throw events.Error(
                scalar,
                "this text holds a control character or one that is not valid UTF-8; remove it."
            );
}
