using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// The 95 % interval of a CKA over the draw of examples, from its jackknife standard error. It is computed on Fisher's
/// scale, artanh(CKA), as for a correlation, so it stays within [-1, 1] and is narrower on the side of 1. Networks, and
/// so weights and seeds, are kept fixed. In simulations with 30 to 300 examples it covered the CKA of a large sample in
/// 92 to 100 % of draws: somewhat too wide for features near independence, a little too narrow for heavy tails.
/// </summary>
/// <remarks>The interval of the biased estimator is for as many other examples; it includes the bias.</remarks>
internal static class CkaInterval
{
    private const double Normal95 = 1.959964;

    // A smaller distance from 1 is rounding.
    private const double Rounding = 1e-9;

    /// <summary>The CKA with its interval; null when either is undefined.</summary>
    /// <param name="value">The CKA.</param>
    /// <param name="error">Its standard error.</param>
    public static Estimate? FromStandardError(double? value, double? error)
    {
        if (value is not { } cka || error is not { } width || !double.IsFinite(width))
        {
            return null;
        }

        var room = 1 - (cka * cka);
        if (room < Rounding)
        {
            return new(cka, cka, cka);
        }

        var (centre, half) = (Math.Atanh(cka), Normal95 * width / room);
        return new(cka, Math.Tanh(centre - half), Math.Tanh(centre + half));
    }
}
