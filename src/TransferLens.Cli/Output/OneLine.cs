using Spectre.Console;
using Spectre.Console.Rendering;

namespace TransferLens.Cli.Output;

/// <summary>Pieces of text on exactly one line. What does not fit is cut off and marked by an ellipsis.</summary>
internal sealed class OneLine(params IReadOnlyList<(string Text, Style Style)> pieces) : Renderable
{
    /// <summary>Columns that a text takes.</summary>
    public static int Width(string text) => new Segment(text).CellCount();

    protected override Measurement Measure(RenderOptions options, int maxWidth)
    {
        var width = Math.Min(maxWidth, pieces.Sum(piece => Width(piece.Text)));
        return new(width, width);
    }

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var left = maxWidth;
        var fits = pieces.Sum(piece => Width(piece.Text)) <= maxWidth;
        foreach (var (text, style) in pieces)
        {
            // One column is kept for the ellipsis.
            var segment = new Segment(text.ReplaceLineEndings(" "), style);
            if (fits || segment.CellCount() < left)
            {
                left -= segment.CellCount();
                yield return segment;
                continue;
            }

            if (left > 1 && Segment.Truncate(segment, left - 1) is { } cut)
            {
                yield return cut;
            }

            if (left > 0)
            {
                yield return new Segment(options.Unicode ? "…" : ".", style);
            }

            yield break;
        }
    }
}

/// <summary>One line above another.</summary>
internal sealed class TwoLines(OneLine first, OneLine second) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        ((IRenderable)first)
            .Render(options, maxWidth)
            .Append(Segment.LineBreak)
            .Concat(((IRenderable)second).Render(options, maxWidth));
}
