namespace TransferLens.Report.Drawing;

/// <summary>From where to where an axis or a colour scale runs.</summary>
internal readonly record struct Extent(double From, double To)
{
    /// <summary>The range of the finite values, or 0 to 1 where there are none; a single value gets room around it.</summary>
    public static Extent Of(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0)
        {
            return new Extent(0, 1);
        }

        var (from, to) = (finite.Min(), finite.Max());
        // Closer than this, ticks would repeat the same label.
        var least = Math.Max(Math.Abs(from), Math.Abs(to)) * 1e-6;
        return to - from > least ? new Extent(from, to)
            : from == 0 ? new Extent(-0.5, 0.5)
            : new Extent(from - Math.Abs(from / 2), to + Math.Abs(to / 2));
    }

    /// <summary>Widened at both ends by a part of its length.</summary>
    public Extent Padded(double part) => new(From - (part * (To - From)), To + (part * (To - From)));
}
