using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>How a path of <see cref="CriticalityMeasurement"/> is measured.</summary>
/// <param name="Sigmas">
/// Standard deviations of the noise, at least 0 and one of them above 0; 0 is measured even if it is not among them.
/// </param>
/// <param name="Draws">Number of draws of the noise, at least 1; two or more give an error bar.</param>
/// <param name="Examples">Maximum number of images, spread evenly over the set; null for all. 500 by default.</param>
/// <param name="Eps">
/// Largest mean training error allowed; null for the trained network's own plus <paramref name="Margin"/>.
/// </param>
/// <param name="Margin">
/// Added to the trained network's own error if <paramref name="Eps"/> is null; 0.01 by default.
/// </param>
/// <param name="Seed">Seed of the noise.</param>
public sealed record PathSettings(
    ImmutableArray<double> Sigmas,
    int Draws = PathSettings.DefaultDraws,
    int? Examples = PathSettings.DefaultExamples,
    double? Eps = null,
    double Margin = PathSettings.DefaultMargin,
    int Seed = 0
)
{
    internal const int DefaultExamples = 500;
    internal const int DefaultDraws = 2;
    internal const double DefaultMargin = 0.01;

    /// <summary>The default alphas.</summary>
    public static ImmutableArray<double> DefaultAlphas { get; } = [0, 0.25, 0.5, 0.75, 1];

    /// <summary>
    /// The default sigmas: a logarithmic grid around the weights of trained residual networks, from 0.001 to 0.316 in
    /// steps of a factor 10^(1/4), rounded to three digits. A step is a factor 10^(1/2), about 3.2, in mu.
    /// </summary>
    public static ImmutableArray<double> DefaultSigmas { get; } =
        [0.001, 0.00178, 0.00316, 0.00562, 0.01, 0.0178, 0.0316, 0.0562, 0.1, 0.178, 0.316];

    /// <summary>Checks the positions on a direct path.</summary>
    /// <param name="alphas">At least one, each in [0, 1].</param>
    /// <exception cref="InputException">There are none, or one is out of range.</exception>
    public static void CheckAlphas(IReadOnlyList<double> alphas)
    {
        if (alphas.Count == 0 || alphas.Any(alpha => !(alpha is >= 0 and <= 1)))
        {
            throw new InputException(
                $"The alphas are {string.Join(", ", alphas)}, but there must be at least one, "
                    + "and each must be from 0 (initial) to 1 (final)."
            );
        }
    }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="InputException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        if (!Sigmas.IsDefault && !Sigmas.All(sigma => sigma >= 0 && double.IsFinite(sigma)))
        {
            throw new InputException("Sigmas must be finite numbers of at least 0.");
        }

        if (Sigmas.IsDefaultOrEmpty || Sigmas.Max() == 0)
        {
            throw new InputException("A path needs at least one sigma above 0. Sigma 0 is always included.");
        }

        if (Draws < 1 || Examples is < 1 || Eps is < 0 or > 1 || !(Margin is >= 0 and <= 1))
        {
            var images = Examples?.ToString() ?? "all";
            throw new InputException(
                $"A path has {Draws} draws, {images} images, eps {Eps?.ToString() ?? "unset"} and margin {Margin}; "
                    + "draws and images must be at least 1, eps and margin in [0, 1]."
            );
        }
    }
}

/// <summary>One checkpoint on an optimization path.</summary>
/// <param name="Epoch">Its position on the path, for example the epoch.</param>
/// <param name="Weights">The network's weights at that position; the caller disposes them.</param>
public sealed record PathCheckpoint(double Epoch, StateDict Weights);
