using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>Draws plants and fruit; each method fills about -1 to 1 and varies proportions and parts.</summary>
internal static class ShapesThatGrow
{
    public static void Apple(Sketch s, ImageRandom r)
    {
        var (wide, waist, dip) = (r.Between(0.8, 1.05), r.Between(0.65, 0.9), r.Between(-0.55, -0.3));
        s.Curve(Ink.Dark, r.Between(0.06, 0.11), 0, dip, 0.03, -0.75, r.Between(-0.2, 0.25), -0.98);
        if (r.Chance(0.75))
        {
            var side = r.Sign();
            s.Blob(Ink.Accent, side * 0.05, -0.62, side * 0.25, -1.02, side * 0.75, -0.95, side * 0.4, -0.62);
        }

        s.Blob(
            Ink.Body,
            0,
            dip,
            wide * 0.45,
            -0.85,
            wide,
            -0.5,
            wide,
            0.1,
            waist,
            0.65,
            0.4,
            1,
            0,
            0.75,
            -0.4,
            1,
            -waist,
            0.65,
            -wide,
            0.1,
            -wide,
            -0.5,
            -wide * 0.45,
            -0.85
        );
        if (r.Chance(0.5))
        {
            s.Oval(Ink.Light, r.Sign() * 0.45, -0.15, 0.1, 0.2, r.Between(-30, 30));
        }

        for (var i = r.Chance(0.3) ? r.Integer(2, 5) : 0; i > 0; i--)
        {
            s.Oval(Ink.Third, r.Between(-0.5, 0.5), r.Between(-0.2, 0.5), 0.05, 0.05);
        }
    }

    public static void Flower(Sketch s, ImageRandom r)
    {
        var (petals, turn, reach, high) = (
            r.Integer(5, 9),
            r.Between(0, 60),
            r.Between(0.32, 0.42),
            r.Between(-0.45, -0.3)
        );
        s.Curve(Ink.Third, r.Between(0.05, 0.1), 0, high, r.Between(-0.2, 0.2), 0.4, r.Between(-0.15, 0.15), 1);
        foreach (var side in new[] { -1, 1 })
        {
            if (r.Chance(0.7))
            {
                var at = r.Between(0.45, 0.8);
                s.Blob(Ink.Third, 0, at, side * 0.2, at - 0.35, side * 0.7, at - 0.35, side * 0.4, at);
            }
        }

        var width = r.Between(0.8, 1.15) * Math.PI * reach / petals;
        for (var i = 0; i < petals; i++)
        {
            var angle = (turn + (360.0 * i / petals)) * Math.PI / 180;
            s.Oval(
                Ink.Body,
                reach * Math.Cos(angle),
                high + (reach * Math.Sin(angle)),
                reach * 0.72,
                width,
                angle * 180 / Math.PI
            );
        }

        s.Oval(Ink.Accent, 0, high, reach * r.Between(0.35, 0.6), reach * 0.5);
    }

    public static void Mushroom(Sketch s, ImageRandom r)
    {
        var (brim, top, stem) = (r.Between(-0.05, 0.15), r.Between(-1, -0.7), r.Between(0.16, 0.32));
        s.Blob(
            r.Chance(0.6) ? Ink.Light : Ink.Accent,
            -stem,
            -0.2,
            stem,
            -0.2,
            stem * 0.9,
            0.4,
            stem * 1.6,
            1,
            -stem * 1.6,
            1,
            -stem * 0.9,
            0.4
        );
        if (r.Chance(0.35))
        {
            s.Polygon(Ink.Accent, -stem * 1.3, brim + 0.35, 0, brim + 0.2, stem * 1.3, brim + 0.35, 0, brim + 0.42);
        }

        s.Blob(
            Ink.Body,
            -0.95,
            brim + 0.12,
            -1,
            -0.4,
            -0.5,
            top,
            0.5,
            top,
            1,
            -0.4,
            0.95,
            brim + 0.12,
            0.3,
            brim,
            -0.3,
            brim
        );
        for (var i = r.Integer(0, 5); i > 0; i--)
        {
            s.Oval(
                Ink.Light,
                (i - 3) * 0.28,
                r.Between(top * 0.65, -0.15),
                r.Between(0.07, 0.13),
                r.Between(0.06, 0.11)
            );
        }
    }

    public static void Tree(Sketch s, ImageRandom r)
    {
        var (trunk, fork) = (r.Between(0.08, 0.16), r.Between(0.1, 0.4));
        s.Polygon(Ink.Accent, -trunk, fork - 0.3, trunk, fork - 0.3, trunk * 1.3, 0.98, -trunk * 1.3, 0.98);
        if (r.Chance(0.45))
        {
            var tiers = r.Integer(2, 4);
            for (var i = 0; i < tiers; i++)
            {
                var (bottom, half) = (fork + 0.1 - (i * 0.95 / tiers), r.Between(0.6, 0.75) * (1 - (0.7 * i / tiers)));
                s.Polygon(Ink.Body, -half, bottom, 0, Math.Max(-1, bottom - (1.5 / tiers) - 0.1), half, bottom);
            }

            return;
        }

        for (var i = r.Integer(3, 6); i > 0; i--)
        {
            var angle = i * 2.3;
            s.Oval(
                Ink.Body,
                0.38 * Math.Cos(angle),
                -0.32 + (0.26 * Math.Sin(angle)),
                r.Between(0.32, 0.46),
                r.Between(0.3, 0.42)
            );
        }

        s.Oval(Ink.Body, 0, -0.35, 0.45, 0.45);
        for (var i = r.Chance(0.35) ? r.Integer(3, 6) : 0; i > 0; i--)
        {
            s.Oval(Ink.Third, r.Between(-0.5, 0.5), r.Between(-0.7, 0), 0.07, 0.07);
        }
    }
}
