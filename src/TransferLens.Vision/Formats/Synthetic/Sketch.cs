using SkiaSharp;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>
/// A drawing of an object: its parts from back to front, in coordinates from -1 to 1, right and down. Owns their
/// paths.
/// </summary>
internal sealed class Sketch : IDisposable
{
    private readonly List<Part> parts = [];

    /// <summary>The parts from back to front.</summary>
    public IReadOnlyList<Part> Parts => parts;

    /// <summary>Adds a part; the sketch owns the path from now on.</summary>
    public void Add(Ink ink, SKPath path, double width = 0) => parts.Add(new(path, ink, (float)width));

    /// <summary>An ellipse, turned by an angle in degrees.</summary>
    public void Oval(Ink ink, double x, double y, double radiusX, double radiusY, double degrees = 0)
    {
        var path = new SKPath();
        path.AddOval(new((float)(x - radiusX), (float)(y - radiusY), (float)(x + radiusX), (float)(y + radiusY)));
        if (degrees != 0)
        {
            path.Transform(SKMatrix.CreateRotationDegrees((float)degrees, (float)x, (float)y));
        }

        Add(ink, path);
    }

    /// <summary>A circle drawn as a line.</summary>
    public void Ring(Ink ink, double width, double x, double y, double radius)
    {
        var path = new SKPath();
        path.AddCircle((float)x, (float)y, (float)radius);
        Add(ink, path, width);
    }

    /// <summary>A rectangle with round corners.</summary>
    public void Box(Ink ink, double left, double top, double right, double bottom, double round = 0)
    {
        var path = new SKPath();
        path.AddRoundRect(new((float)left, (float)top, (float)right, (float)bottom), (float)round, (float)round);
        Add(ink, path);
    }

    /// <summary>A straight-edged area through the points x, y, x, y, ...</summary>
    public void Polygon(Ink ink, params ReadOnlySpan<double> points) => Add(ink, Straight(points, close: true));

    /// <summary>A straight line through the points x, y, x, y, ...</summary>
    public void Line(Ink ink, double width, params ReadOnlySpan<double> points) =>
        Add(ink, Straight(points, close: false), width);

    /// <summary>A round area: the points x, y, x, y, ... pull its edge outwards.</summary>
    public void Blob(Ink ink, params ReadOnlySpan<double> points)
    {
        var (path, count) = (new SKPath(), points.Length / 2);
        path.MoveTo(Middle(points, count - 1, 0));
        for (var i = 0; i < count; i++)
        {
            path.QuadTo(At(points, i), Middle(points, i, (i + 1) % count));
        }

        path.Close();
        Add(ink, path);
    }

    /// <summary>A round line from the first point to the last; those between pull it.</summary>
    public void Curve(Ink ink, double width, params ReadOnlySpan<double> points)
    {
        var (path, count) = (new SKPath(), points.Length / 2);
        path.MoveTo(At(points, 0));
        for (var i = 1; i < count - 1; i++)
        {
            path.QuadTo(At(points, i), i == count - 2 ? At(points, count - 1) : Middle(points, i, i + 1));
        }

        Add(ink, path, width);
    }

    /// <summary>Moves, turns and scales all parts.</summary>
    public void Place(SKMatrix pose, double scale)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            parts[i].Path.Transform(pose);
            parts[i] = parts[i] with { Width = parts[i].Width * (float)scale };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => parts.ForEach(part => part.Path.Dispose());

    private static SKPath Straight(ReadOnlySpan<double> points, bool close)
    {
        var path = new SKPath();
        path.MoveTo(At(points, 0));
        for (var i = 1; i < points.Length / 2; i++)
        {
            path.LineTo(At(points, i));
        }

        if (close)
        {
            path.Close();
        }

        return path;
    }

    private static SKPoint At(ReadOnlySpan<double> points, int i) =>
        new((float)points[2 * i], (float)points[(2 * i) + 1]);

    private static SKPoint Middle(ReadOnlySpan<double> points, int i, int j) =>
        new((float)((points[2 * i] + points[2 * j]) / 2), (float)((points[(2 * i) + 1] + points[(2 * j) + 1]) / 2));
}
