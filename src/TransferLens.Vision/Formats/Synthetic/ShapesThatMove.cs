using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Draws vehicles; each method fills about -1 to 1 and varies proportions and parts.</summary>
internal static class ShapesThatMove
{
    public static void Airplane(Sketch s, ImageRandom r)
    {
        var (thick, sweep, span) = (r.Between(0.11, 0.19), r.Between(0.05, 0.5), r.Between(0.7, 0.95));
        var fromSide = r.Chance(0.4);
        foreach (var side in fromSide ? new[] { -0.45, 0.0 } : [-1.0, 1.0])
        {
            var (tip, tail) = (
                fromSide ? (side < 0 ? -span * 0.5 : span * 0.6) : side * span,
                fromSide ? -0.5 : side * r.Between(0.3, 0.4)
            );
            s.Oval(Ink.Dark, 0.15 - (sweep / 2), tip * 0.45, 0.13, 0.06);
            s.Polygon(Ink.Accent, 0.3, 0, 0.05 - sweep, tip, -0.14 - sweep, tip, -0.15, 0);
            s.Polygon(Ink.Accent, -0.6, 0, -0.8 - (sweep * 0.3), tail, -0.95 - (sweep * 0.2), tail, -0.88, 0);
        }

        s.Oval(Ink.Body, 0, 0, 0.95, thick);
        s.Oval(Ink.Light, 0.72, -0.02, 0.11, thick * 0.5);
        for (var x = -0.4; fromSide && x < 0.5; x += 0.22)
        {
            s.Oval(Ink.Light, x, -0.03, 0.05, 0.04);
        }

        if (fromSide)
        {
            s.Polygon(Ink.Accent, 0.15, 0.05, -0.1 - sweep, span * 0.6, -0.28 - sweep, span * 0.6, -0.25, 0.05);
        }
    }

    public static void Bicycle(Sketch s, ImageRandom r)
    {
        var (radius, tyre, tube) = (r.Between(0.37, 0.45), r.Between(0.06, 0.11), r.Between(0.06, 0.1));
        var (seat, head, low, step) = (r.Between(-0.4, -0.25), r.Between(-0.42, -0.28), 0.38, r.Between(0, 0.45));
        var spokes = r.Chance(0.5) ? r.Integer(3, 6) : 0;
        foreach (var hub in new[] { -0.56, 0.56 })
        {
            var turn = r.Between(0, Math.PI);
            for (var i = 0; i < spokes; i++)
            {
                var (x, y) = (
                    radius * Math.Cos(turn + (i * Math.PI / spokes)),
                    radius * Math.Sin(turn + (i * Math.PI / spokes))
                );
                s.Line(Ink.Light, 0.02, hub - x, low - y, hub + x, low + y);
            }

            s.Ring(Ink.Dark, tyre, hub, low, radius);
        }

        s.Line(Ink.Body, tube, -0.56, low, -0.05, low, 0.38, head);
        s.Line(Ink.Body, tube, -0.56, low, -0.2, seat, -0.05, low);
        s.Line(Ink.Body, tube, -0.2 + (0.06 * step), seat + step, 0.38, head);
        s.Line(Ink.Body, tube, 0.56, low, 0.38, head, 0.33, head - 0.2);
        s.Curve(Ink.Dark, tube, 0.16, head - 0.22, 0.34, head - 0.26, 0.5, head - 0.1);
        s.Line(Ink.Dark, tube * 0.7, -0.2, seat, -0.22, seat - 0.12);
        s.Oval(Ink.Dark, -0.23, seat - 0.14, 0.17, 0.06);
        s.Oval(Ink.Accent, -0.05, low, 0.1, 0.1);
    }

    public static void Car(Sketch s, ImageRandom r)
    {
        var (roof, waist, wheel) = (r.Between(-0.62, -0.4), r.Between(-0.1, 0.05), r.Between(0.18, 0.26));
        var (rear, rearTop, frontTop, front) = (
            r.Between(-0.85, -0.55),
            r.Between(-0.75, -0.35),
            r.Between(0.1, 0.3),
            r.Between(0.42, 0.7)
        );
        s.Polygon(
            r.Chance(0.7) ? Ink.Body : Ink.Accent,
            rear,
            waist + 0.05,
            rearTop,
            roof,
            frontTop,
            roof,
            front,
            waist + 0.05
        );
        var (middle, top) = ((rearTop + frontTop) / 2, roof + 0.09);
        s.Polygon(Ink.Light, rear + 0.14, waist, rearTop + 0.07, top, middle - 0.04, top, middle - 0.04, waist);
        s.Polygon(Ink.Light, middle + 0.04, waist, middle + 0.04, top, frontTop - 0.05, top, front - 0.14, waist);
        s.Box(Ink.Body, -0.95, waist, 0.95, 0.42, r.Between(0.05, 0.18));
        if (r.Chance(0.4))
        {
            s.Box(Ink.Accent, -0.93, 0.2, 0.93, r.Between(0.25, 0.33));
        }

        foreach (var x in new[] { r.Between(-0.62, -0.5), r.Between(0.48, 0.62) })
        {
            s.Oval(Ink.Dark, x, 0.42, wheel, wheel);
            s.Oval(Ink.Light, x, 0.42, wheel * 0.45, wheel * 0.45);
        }

        s.Oval(Ink.Accent, 0.86, waist + 0.14, 0.08, 0.07);
        s.Line(Ink.Dark, 0.03, middle + 0.05, waist + 0.14, middle + 0.18, waist + 0.14);
    }

    public static void Sailboat(Sketch s, ImageRandom r)
    {
        var (deck, mast, lean) = (r.Between(0.38, 0.55), r.Between(-0.95, -0.75), r.Between(-0.12, 0.12));
        if (r.Chance(0.35))
        {
            s.Curve(
                Ink.Third,
                0.05,
                -1,
                deck + 0.4,
                -0.7,
                deck + 0.25,
                -0.4,
                deck + 0.5,
                0,
                deck + 0.3,
                0.4,
                deck + 0.5,
                0.7,
                deck + 0.25,
                1,
                deck + 0.4
            );
        }

        s.Polygon(Ink.Accent, lean + 0.06, mast + 0.05, 0.06, deck - 0.12, r.Between(0.55, 0.85), deck - 0.12);
        if (r.Chance(0.75))
        {
            s.Polygon(
                r.Chance(0.5) ? Ink.Light : Ink.Accent,
                lean - 0.06,
                mast + r.Between(0.1, 0.4),
                -0.06,
                deck - 0.12,
                r.Between(-0.75, -0.45),
                deck - 0.12
            );
        }

        s.Line(Ink.Dark, 0.06, lean, mast, 0, deck);
        s.Polygon(Ink.Body, -0.9, deck, 0.95, deck, 0.6, deck + 0.4, -0.65, deck + 0.4);
        if (r.Chance(0.5))
        {
            s.Polygon(Ink.Third, lean, mast, lean - 0.25, mast - 0.06, lean, mast - 0.13);
        }

        if (r.Chance(0.4))
        {
            s.Line(Ink.Light, 0.06, -0.8, deck + 0.13, 0.82, deck + 0.13);
        }
    }
}
