using TransferLens.Studies.Inputs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TransferLens.Studies.Yaml;

/// <summary>The events of a YAML text, one after another, and errors at their places.</summary>
/// <param name="text">YAML.</param>
/// <param name="source">What messages call it.</param>
/// <param name="lines">Whether messages say the line.</param>
internal sealed class YamlEvents(string text, string source, bool lines)
{
    /// <summary>What is told where the parser itself says nothing of use.</summary>
    public const string Open = "this is not YAML; a bracket, brace or quote is left open here or soon after.";

    private readonly Parser parser = new(new Scanner(new StringReader(text), skipComments: true));

    /// <summary>The next event.</summary>
    /// <exception cref="InputException">It is not YAML.</exception>
    public ParsingEvent Next()
    {
        try
        {
            return parser.MoveNext() ? parser.Current! : throw new InputException($"{source}: {Open}");
        }
        catch (YamlException e)
        {
            // The end of the text lies a line after its last one.
            var last = 1 + text.AsSpan().TrimEnd().Count('\n');
            var (from, to) = (Math.Min(e.Start.Line, last), Math.Min(e.End.Line, last));
            var what = Sentence.Short(e.Message, 200).TrimEnd('.');
            throw new InputException(
                $"{At(from)}: this is not YAML ({char.ToLowerInvariant(what[0])}{what[1..]}{(lines && to > from ? $", up to line {to}" : "")}).",
                e
            );
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
            // The parser lets these escape where a flow collection or an escape ends too early; they say no line.
            throw new InputException($"{At(parser.Current?.End.Line ?? 1)}: {Open}", e);
        }
    }

    /// <summary>Where an event is.</summary>
    public Place At(ParsingEvent at) => At(at.Start.Line);

    /// <summary>The error at an event.</summary>
    public InputException Error(ParsingEvent at, string what) => new($"{At(at)}: {what}");

    private Place At(long line) => new(source, lines ? line : 0);
}
