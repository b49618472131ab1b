using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// The plane through three models w0, w1, w2: coordinates x along u = w1 - w0 and y along v, which is w2 - w0 minus its
/// projection on u; both in units of parameter distance, with w0 at the origin. The three distances determine it.
/// </summary>
/// <param name="Length">x of w1: |w1 - w0|.</param>
/// <param name="Along">x of w2.</param>
/// <param name="Height">y of w2, above 0.</param>
internal sealed record PlaneGeometry(double Length, double Along, double Height)
{
    // Below this share of the longest side, the height is rounding error.
    private const double Flat = 1e-5;

    /// <summary>The plane from the three distances.</summary>
    /// <param name="first">|w1 - w0|.</param>
    /// <param name="second">|w2 - w0|.</param>
    /// <param name="third">|w2 - w1|.</param>
    /// <exception cref="InputException">The three are on one line, or two are the same.</exception>
    public static PlaneGeometry FromDistances(double first, double second, double third)
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
            $"The three models span no plane: their distances are {first:0.####}, {second:0.####} and {third:0.####}. "
                + "Give three models that are not on one line."
        );
    }

    /// <summary>The weights of w0, w1 and w2 at a point; their sum is 1.</summary>
    public ImmutableArray<double> Weights(double x, double y)
    {
        var third = y / Height;
        var second = (x - (third * Along)) / Length;
        return [1 - second - third, second, third];
    }

    /// <summary>The coordinates of w0, w1 and w2.</summary>
    public ImmutableArray<(double X, double Y)> Corners => [(0, 0), (Length, 0), (Along, Height)];

    /// <summary>Evenly spaced coordinates of a grid over the three models.</summary>
    /// <param name="side">Points on each side, at least 2.</param>
    /// <param name="margin">
    /// How far the grid extends beyond the models on each side, as a share of their extent.
    /// </param>
    public (ImmutableArray<double> X, ImmutableArray<double> Y) Grid(int side, double margin)
    {
        return (
            EvenlySpaced(Corners.Min(corner => corner.X), Corners.Max(corner => corner.X)),
            EvenlySpaced(0, Height)
        );

        ImmutableArray<double> EvenlySpaced(double from, double to)
        {
            var beyond = margin * (to - from);
            return
            [
                .. Enumerable.Range(0, side).Select(i => from - beyond + ((to - from + (2 * beyond)) * i / (side - 1))),
            ];
        }
    }
}
