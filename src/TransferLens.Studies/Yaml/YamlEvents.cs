using TransferLens.Studies.Inputs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TransferLens.Studies.Yaml;

/// <summary>The parser events of a YAML text, and errors that name the line of an event.</summary>
/// <param name="text">The text.</param>
/// <param name="source">The name of the text in messages.</param>
/// <param name="lines">Whether messages name lines.</param>
internal sealed class YamlEvents(string text, string source, bool lines)
{
    /// <summary>The problem, where the parser itself reports nothing useful.</summary>
    public const string Unclosed = "this is not YAML; a bracket, brace or quote is left open here or soon after.";

    private readonly Parser parser = new(new Scanner(new StringReader(text), skipComments: true));

    /// <summary>The next event.</summary>
    /// <exception cref="InputException">The text is not valid YAML.</exception>
    public ParsingEvent Next()
    {
        try
        {
            return parser.MoveNext() ? parser.Current! : throw new InputException($"{source}: {Unclosed}");
        }
        catch (YamlException e) when (TabLine(e) is { } line)
        {
            throw new InputException($"{At(line)}: this line is indented with a tab; YAML needs spaces.", e);
        }
        catch (YamlException e)
        {
            // The parser counts the end of the text as a line of its own.
            var last = 1 + text.AsSpan().TrimEnd().Count('\n');
            var (from, to) = (Math.Min(e.Start.Line, last), Math.Min(e.End.Line, last));
            var what = Sentence.Short(e.Message, 200).TrimEnd('.');
            var range = lines && to > from ? $", up to line {to}" : "";
            var problem = $"this is not YAML ({char.ToLowerInvariant(what[0])}{what[1..]}{range}).";
            throw new InputException($"{At(from)}: {problem}", e);
        }
        catch (Exception e)
            when (e
                    is ArgumentException
                        or FormatException
                        or InvalidOperationException
                        or OverflowException
                        or IndexOutOfRangeException
            )
        {
            // The parser throws these, without a line, when a flow collection or an escape sequence ends too early.
            throw new InputException($"{At(parser.Current?.End.Line ?? 1)}: {Unclosed}", e);
        }
    }

    /// <summary>The place of an event.</summary>
    public Place At(ParsingEvent at) => At(at.Start.Line);

    /// <summary>An error at the place of an event.</summary>
    public InputException Error(ParsingEvent at, string what) => new($"{At(at)}: {what}");

    private Place At(long line) => new(source, lines ? line : 0);

    // The parser names the first line of the mapping that contains the tab.
    private long? TabLine(YamlException failure)
    {
        if (!failure.Message.Contains("tab", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var first = Math.Max(0, (int)failure.Start.Line - 1);
        var found = Array.FindIndex(lines, Math.Min(first, lines.Length), IsIndentedWithTab);
        return found < 0 ? null : found + 1;
    }

    private static bool IsIndentedWithTab(string line) =>
        line[..^line.AsSpan().TrimStart().Length].Contains('\t') && line.AsSpan().TrimStart() is [not '#', ..];
}
