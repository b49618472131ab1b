namespace TransferLens.Report.Drawing;

/// <summary>The range of an axis or a colour scale.</summary>
internal readonly record struct Extent(double From, double To)
{
    /// <summary>The range of the finite values, or 0 to 1 if there are none; a single value gets a margin.</summary>
    public static Extent FromValues(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0)
        {
            return new Extent(0, 1);
        }

        var (from, to) = (finite.Min(), finite.Max());
        // In a smaller range, ticks would repeat the same label.
        var least = Math.Max(Math.Abs(from), Math.Abs(to)) * 1e-6;
        if (to - from > least)
        {
            return new Extent(from, to);
        }

        return from == 0 ? new Extent(-0.5, 0.5) : new Extent(from - Math.Abs(from / 2), to + Math.Abs(to / 2));
    }

    /// <summary>Widened at both ends by a fraction of its length.</summary>
    public Extent Padded(double fraction) => new(From - (fraction * (To - From)), To + (fraction * (To - From)));
}
