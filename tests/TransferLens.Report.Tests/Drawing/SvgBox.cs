using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TransferLens.Report.Tests.Drawing;

/// <summary>The bounding box of a text in an SVG, from its start, length, size and transforms.</summary>
internal readonly record struct SvgBox(double Left, double Top, double Right, double Bottom)
{
    public static SvgBox FromText(XElement text)
    {
        var (x, y) = (Number(text, "x"), Number(text, "y"));
        var (length, size) = (Number(text, "textLength"), Number(text, "font-size"));
        (double X, double Y)[] corners =
        [
            (x, y + (0.2 * size)),
            (x, y - (0.72 * size)),
            (x + length, y + (0.2 * size)),
            (x + length, y - (0.72 * size)),
        ];
        var moved = corners.Select(corner => text.AncestorsAndSelf().Aggregate(corner, Transform)).ToArray();
        return new SvgBox(moved.Min(c => c.X), moved.Min(c => c.Y), moved.Max(c => c.X), moved.Max(c => c.Y));
    }

    private static (double X, double Y) Transform((double X, double Y) point, XElement element)
    {
        var steps = Regex.Matches(element.Attribute("transform")?.Value ?? "", @"(\w+)\(([^)]*)\)");
        foreach (var step in steps.Reverse())
        {
            var n = step.Groups[2]
                .Value.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
                .Select(part => double.Parse(part, CultureInfo.InvariantCulture))
                .ToArray();
            point = step.Groups[1].Value switch
            {
                "translate" => (point.X + n[0], point.Y + (n.Length > 1 ? n[1] : 0)),
                "rotate" => Rotate(point, n[0] * Math.PI / 180),
                "scale" => (point.X * n[0], point.Y * n[^1]),
                "matrix" => ((n[0] * point.X) + (n[2] * point.Y) + n[4], (n[1] * point.X) + (n[3] * point.Y) + n[5]),
                _ => throw new NotSupportedException(step.Value),
            };
        }

        return point;
    }

    private static (double X, double Y) Rotate((double X, double Y) point, double angle) =>
        (
            (point.X * Math.Cos(angle)) - (point.Y * Math.Sin(angle)),
            (point.X * Math.Sin(angle)) + (point.Y * Math.Cos(angle))
        );

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
}
