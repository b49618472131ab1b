using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// The plane through three solutions w0, w1, w2: coordinates x along u = w1 - w0 and y along v, which is w2 - w0 minus its
/// projection on u; both in units of parameter distance, with w0 at the origin. The three distances say all of it.
/// </summary>
/// <param name="Length">x of w1: |w1 - w0|.</param>
/// <param name="Along">x of w2.</param>
/// <param name="Height">y of w2, above 0.</param>
public sealed record PlaneGeometry(double Length, double Along, double Height)
{
    // Below this share of the longest side, the height is rounding.
    private const double Flat = 1e-5;

    /// <summary>The plane from the three distances.</summary>
    /// <param name="first">|w1 - w0|.</param>
    /// <param name="second">|w2 - w0|.</param>
    /// <param name="third">|w2 - w1|.</param>
    /// <exception cref="InputException">The three lie on one line, or two are the same.</exception>
    public static PlaneGeometry Of(double first, double second, double third)
    {
        var longest = Math.Max(first, Math.Max(second, third));
        if (first > Flat * longest)
        {
            var along = ((first * first) + (second * second) - (third * third)) / (2 * first);
            var height = Math.Sqrt(Math.Max(0, (second * second) - (along * along)));
            if (height > Flat * longest)
            {
                return new(first, along, height);
            }
        }

        throw new InputException(
            $"The three solutions span no plane: they lie {first:0.####}, {second:0.####} and {third:0.####} apart, on one line or on each other; give three that differ."
        );
    }

    /// <summary>The weights of w0, w1 and w2 at a point; their sum is 1.</summary>
    public ImmutableArray<double> Weights(double x, double y)
    {
        var third = y / Height;
        var second = (x - (third * Along)) / Length;
        return [1 - second - third, second, third];
    }

    /// <summary>Where w0, w1 and w2 lie.</summary>
    public ImmutableArray<(double X, double Y)> Corners => [(0, 0), (Length, 0), (Along, Height)];

    /// <summary>Evenly spaced coordinates of a grid over the three solutions.</summary>
    /// <param name="side">Points a side, at least 2.</param>
    /// <param name="margin">What the grid reaches beyond the solutions at each side, as a share of their extent.</param>
    public (ImmutableArray<double> X, ImmutableArray<double> Y) Grid(int side, double margin)
    {
        return (Even(Corners.Min(c => c.X), Corners.Max(c => c.X)), Even(0, Height));

        ImmutableArray<double> Even(double from, double to)
        {
            var room = margin * (to - from);
            return
            [
                .. Enumerable.Range(0, side).Select(i => from - room + ((to - from + (2 * room)) * i / (side - 1))),
            ];
        }
    }
}
