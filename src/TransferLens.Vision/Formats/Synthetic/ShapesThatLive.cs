using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Draws animals; each method fills about -1 to 1 and varies proportions and parts.</summary>
internal static class ShapesThatLive
{
    public static void Butterfly(Sketch s, ImageRandom r)
    {
        var (wide, high, drop) = (r.Between(0.8, 1), r.Between(0.75, 1), r.Between(0.6, 0.95));
        var spots = r.Integer(0, 2);
        foreach (var side in new[] { -1, 1 })
        {
            s.Blob(
                Ink.Accent,
                0,
                0,
                0,
                0,
                side * 0.6,
                -0.1,
                side * wide * 0.85,
                0.3,
                side * 0.5,
                drop,
                side * 0.1,
                0.6
            );
            s.Blob(
                Ink.Body,
                0,
                0.1,
                0,
                0.1,
                side * 0.15,
                -high,
                side * wide,
                -high,
                side * wide * 1.05,
                -0.1,
                side * 0.5,
                0.15
            );
            for (var i = 0; i < spots; i++)
            {
                s.Oval(
                    i == 0 ? Ink.Third : Ink.Light,
                    side * wide * (0.62 - (0.2 * i)),
                    -high * (0.5 + (0.05 * i)),
                    0.13 - (0.03 * i),
                    0.13
                );
            }

            s.Curve(Ink.Dark, 0.035, 0, -0.4, side * 0.05, -0.75, side * 0.28, -0.92);
        }

        s.Oval(Ink.Dark, 0, 0.05, r.Between(0.06, 0.1), 0.55);
        s.Oval(Ink.Dark, 0, -0.45, 0.1, 0.1);
    }

    public static void Cat(Sketch s, ImageRandom r)
    {
        var (wide, ear, eye) = (r.Between(0.7, 0.88), r.Between(0.8, 1), r.Between(0.12, 0.18));
        foreach (var side in new[] { -1, 1 })
        {
            s.Polygon(
                Ink.Body,
                side * wide * 0.95,
                0,
                side * wide * r.Between(0.75, 0.95),
                -ear,
                side * wide * 0.15,
                -0.42
            );
            s.Polygon(Ink.Accent, side * wide * 0.8, -0.2, side * wide * 0.78, -ear * 0.8, side * wide * 0.35, -0.42);
        }

        s.Oval(Ink.Body, 0, 0.15, wide, r.Between(0.6, 0.72));
        for (var i = r.Chance(0.4) ? -1 : 2; i < 2; i++)
        {
            s.Line(Ink.Third, 0.06, i * 0.16, -0.44, i * 0.11, -0.2);
        }

        foreach (var side in new[] { -1, 1 })
        {
            s.Oval(Ink.Light, side * 0.33, 0.02, eye, eye * r.Between(0.75, 1.05));
            s.Oval(Ink.Dark, side * 0.33, 0.02, eye * r.Between(0.3, 0.6), eye * 0.75);
            s.Curve(Ink.Dark, 0.035, 0, 0.38, side * 0.1, 0.52, side * 0.22, 0.42);
            for (var i = -1; i < r.Integer(1, 2); i++)
            {
                s.Line(Ink.Dark, 0.025, side * 0.35, 0.35 + (0.07 * i), side * 0.98, 0.32 + (0.18 * i));
            }
        }

        s.Polygon(Ink.Accent, -0.1, 0.25, 0.1, 0.25, 0, 0.38);
    }

    public static void Fish(Sketch s, ImageRandom r)
    {
        var (fat, tail, nose) = (r.Between(0.35, 0.6), r.Between(0.3, 0.55), r.Between(0.8, 0.98));
        s.Polygon(Ink.Accent, -0.45, 0, -0.98, -tail, r.Between(-0.9, -0.7), 0, -0.98, tail);
        s.Blob(
            Ink.Accent,
            r.Between(-0.4, -0.1),
            -fat * 0.5,
            -0.2,
            -fat - 0.35,
            r.Between(0.05, 0.3),
            -fat - 0.25,
            0.35,
            -fat * 0.5
        );
        s.Blob(
            Ink.Body,
            -0.75,
            0,
            -0.2,
            -fat * 1.25,
            0.45,
            -fat * 1.2,
            nose,
            -0.1,
            nose,
            0.12,
            0.45,
            fat * 1.2,
            -0.2,
            fat * 1.25
        );
        for (var i = r.Integer(0, 3); i > 0; i--)
        {
            var x = 0.35 - (i * 0.26);
            s.Curve(Ink.Third, 0.08, x, -fat * 0.75, x + 0.14, 0, x, fat * 0.75);
        }

        s.Blob(Ink.Accent, 0.1, 0.05, -0.25, 0.15, -0.3, 0.4, 0.05, 0.3);
        s.Oval(Ink.Light, 0.52, -fat * 0.25, 0.12, 0.12);
        s.Oval(Ink.Dark, 0.54, -fat * 0.25, 0.06, 0.06);
        s.Curve(Ink.Dark, 0.035, nose * 0.92, 0.1, 0.75, 0.14, 0.66, 0.2);
    }
}
