using SkiaSharp;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Draws household objects; each method fills about -1 to 1 and varies proportions and parts.</summary>
internal static class ShapesAtHome
{
    public static void Clock(Sketch s, ImageRandom r)
    {
        var (alarm, rim, ticks, round) = (r.Chance(0.5), r.Between(0.08, 0.2), r.Chance(0.5) ? 12 : 4, r.Chance(0.75));
        foreach (var side in new[] { -1, 1 })
        {
            if (alarm)
            {
                s.Line(Ink.Dark, 0.1, side * 0.4, 0.6, side * 0.6, 0.95);
                s.Oval(Ink.Accent, side * 0.5, -0.72, 0.28, 0.18, side * 38);
            }
        }

        if (round)
        {
            s.Oval(Ink.Body, 0, 0, 0.8, 0.8);
            s.Oval(Ink.Light, 0, 0, 0.8 - rim, 0.8 - rim);
        }
        else
        {
            s.Box(Ink.Body, -0.8, -0.8, 0.8, 0.8, 0.1);
            s.Oval(Ink.Light, 0, 0, 0.75 - rim, 0.75 - rim);
        }

        for (var i = 0; i < ticks; i++)
        {
            var (x, y) = (Math.Cos(i * 2 * Math.PI / ticks), Math.Sin(i * 2 * Math.PI / ticks));
            s.Line(Ink.Dark, 0.04, x * (0.62 - rim), y * (0.62 - rim), x * (0.72 - rim), y * (0.72 - rim));
        }

        foreach (var length in new[] { r.Between(0.25, 0.35), r.Between(0.42, 0.55) })
        {
            var angle = r.Between(0, 2 * Math.PI);
            s.Line(Ink.Dark, 0.07, 0, 0, length * Math.Cos(angle), length * Math.Sin(angle));
        }
    }

    public static void Cup(Sketch s, ImageRandom r)
    {
        var (top, bottom, half, foot) = (
            r.Between(-0.6, -0.3),
            r.Between(0.55, 0.8),
            r.Between(0.5, 0.65),
            r.Between(0.3, 0.55)
        );
        if (r.Chance(0.4))
        {
            s.Oval(Ink.Accent, -0.1, bottom, 0.85, 0.15);
        }

        s.Curve(
            Ink.Body,
            r.Between(0.09, 0.15),
            half - 0.2,
            top + 0.15,
            half + 0.5,
            top + 0.1,
            half + 0.35,
            bottom - 0.25,
            foot - 0.15,
            bottom - 0.2
        );
        s.Polygon(Ink.Body, -half - 0.1, top, half - 0.1, top, foot - 0.1, bottom, -foot - 0.1, bottom);
        if (r.Chance(0.5))
        {
            var (upper, lower) = (r.Between(0.25, 0.45), r.Between(0.55, 0.75));
            double At(double share) => half + ((foot - half) * share);
            double Down(double share) => top + ((bottom - top) * share);
            s.Polygon(
                Ink.Third,
                -At(upper) - 0.1,
                Down(upper),
                At(upper) - 0.1,
                Down(upper),
                At(lower) - 0.1,
                Down(lower),
                -At(lower) - 0.1,
                Down(lower)
            );
        }

        s.Oval(Ink.Body, -0.1, top, half, 0.14);
        s.Oval(r.Chance(0.5) ? Ink.Dark : Ink.Accent, -0.1, top, half - 0.07, 0.09);
        for (var i = r.Chance(0.4) ? -1 : 2; i < 2; i++)
        {
            s.Curve(
                Ink.Light,
                0.05,
                -0.1 + (i * 0.25),
                top - 0.1,
                (i * 0.25) + 0.1,
                top - 0.2,
                (i * 0.25) - 0.3,
                top - 0.3,
                (i * 0.25) - 0.05,
                top - 0.42
            );
        }
    }

    public static void House(Sketch s, ImageRandom r)
    {
        var (half, eaves, ridge) = (r.Between(0.55, 0.75), r.Between(-0.25, 0.05), r.Between(-0.95, -0.65));
        var (door, over) = (r.Between(-0.3, 0.3), r.Between(0.08, 0.22));
        if (r.Chance(0.55))
        {
            s.Box(Ink.Third, 0.25, ridge, 0.45, eaves);
        }

        s.Box(Ink.Body, -half, eaves - 0.02, half, 0.85);
        if (r.Chance(0.7))
        {
            s.Polygon(Ink.Accent, -half - over, eaves, r.Between(-0.15, 0.15), ridge, half + over, eaves);
        }
        else
        {
            s.Polygon(
                Ink.Accent,
                -half - over,
                eaves,
                -half * 0.6,
                ridge + 0.15,
                half * 0.6,
                ridge + 0.15,
                half + over,
                eaves
            );
        }

        s.Box(Ink.Dark, door - 0.13, r.Between(0.3, 0.42), door + 0.13, 0.85, r.Chance(0.3) ? 0.1 : 0);
        foreach (var x in new[] { -0.7, 0.0, 0.7 })
        {
            if (Math.Abs((x * half) - door) > 0.3 && r.Chance(0.9))
            {
                s.Box(Ink.Light, (x * half) - 0.11, eaves + 0.2, (x * half) + 0.11, eaves + 0.45);
                s.Line(Ink.Dark, 0.025, x * half, eaves + 0.2, x * half, eaves + 0.45);
            }
        }
    }

    public static void Key(Sketch s, ImageRandom r)
    {
        var (bow, width, shaft) = (r.Between(0.22, 0.34), r.Between(0.1, 0.16), r.Between(0.09, 0.14));
        s.Line(Ink.Body, shaft, bow - 0.9, 0, 0.92, 0);
        var at = 0.9;
        for (var i = r.Integer(2, 4); i > 0; i--)
        {
            s.Line(Ink.Body, shaft, at - (shaft / 2), 0, at - (shaft / 2), r.Between(0.2, 0.38));
            at -= r.Between(0.16, 0.24);
        }

        switch (r.Integer(0, 2))
        {
            case 0:
                s.Ring(Ink.Body, width, -0.92 + bow, 0, bow);
                break;
            case 1:
                s.Polygon(Ink.Body, -1, 0, bow - 0.95, -bow * 1.3, (2 * bow) - 0.85, 0, bow - 0.95, bow * 1.3);
                s.Oval(Ink.Dark, bow - 0.95, 0, bow * 0.4, bow * 0.4);
                break;
            default:
                s.Ring(Ink.Body, width * 0.8, bow - 0.9, -bow * 0.75, bow * 0.6);
                s.Ring(Ink.Body, width * 0.8, bow - 0.9, bow * 0.75, bow * 0.6);
                s.Ring(Ink.Body, width * 0.8, (bow * 0.3) - 0.95, 0, bow * 0.6);
                break;
        }

        if (r.Chance(0.4))
        {
            s.Line(Ink.Accent, shaft * 1.6, (2 * bow) - 0.8, 0, (2 * bow) - 0.7, 0);
        }
    }

    public static void Umbrella(Sketch s, ImageRandom r)
    {
        var (scallops, rim, top, foot) = (
            r.Integer(3, 6),
            r.Between(-0.1, 0.12),
            r.Between(-0.95, -0.75),
            r.Between(0.6, 0.8)
        );
        var (side, shaft) = (r.Sign(), r.Between(0.05, 0.09));
        s.Line(Ink.Dark, shaft, 0, top - 0.06, 0, foot);
        s.Curve(Ink.Dark, shaft * 1.2, 0, foot, 0, foot + 0.3, side * 0.3, foot + 0.3, side * 0.28, foot + 0.02);
        var canopy = new SKPath();
        canopy.MoveTo(-0.95f, (float)rim);
        canopy.CubicTo(-0.85f, (float)(top + 0.1), -0.3f, (float)top, 0, (float)top);
        canopy.CubicTo(0.3f, (float)top, 0.85f, (float)(top + 0.1), 0.95f, (float)rim);
        for (var i = 1; i <= scallops; i++)
        {
            var (from, to) = (0.95 - (1.9 * (i - 1) / scallops), 0.95 - (1.9 * i / scallops));
            canopy.QuadTo((float)((from + to) / 2), (float)(rim - 0.22), (float)to, (float)rim);
        }

        canopy.Close();
        s.Add(Ink.Body, canopy);
        for (var i = 1; i < scallops; i++)
        {
            var x = 0.95 - (1.9 * i / scallops);
            s.Curve(r.Chance(0.5) ? Ink.Accent : Ink.Dark, 0.035, 0, top, x * 0.9, (top * 0.6) + (rim * 0.4), x, rim);
        }
    }
}
