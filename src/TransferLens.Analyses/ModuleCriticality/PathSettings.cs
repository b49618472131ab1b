using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>How a path of <see cref="CriticalityMeasurement"/> is measured.</summary>
/// <param name="Sigmas">Standard deviations of the noise, each above 0; 0 is always measured beside them.</param>
/// <param name="Draws">Draws of the noise, at least 1; two or more give an error bar.</param>
/// <param name="Examples">At most so many images, spread evenly over the set; null for all.</param>
/// <param name="Eps">Largest mean training error that counts as kept; null for the trained network's own plus <paramref name="Margin"/>.</param>
/// <param name="Margin">What is added to the trained network's own error when <paramref name="Eps"/> is null; 0.01 unless given.</param>
/// <param name="Seed">Seed of the noise.</param>
public sealed record PathSettings(
    ImmutableArray<double> Sigmas,
    int Draws = 2,
    int? Examples = null,
    double? Eps = null,
    double Margin = 0.01,
    int Seed = 0
)
{
    /// <summary>The alphas taken unless others are given.</summary>
    public static ImmutableArray<double> DefaultAlphas { get; } = [0, 0.25, 0.5, 0.75, 1];

    /// <summary>The sigmas taken unless others are given: a log grid around the weights of trained residual networks.</summary>
    public static ImmutableArray<double> DefaultSigmas { get; } = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

    /// <summary>Checks places on a direct path.</summary>
    /// <param name="alphas">At least one, each in [0, 1].</param>
    /// <exception cref="InputException">They are not.</exception>
    public static void CheckAlphas(IReadOnlyList<double> alphas)
    {
        if (alphas.Count == 0 || alphas.Any(alpha => !(alpha is >= 0 and <= 1)))
        {
            throw new InputException(
                $"The alphas {string.Join(", ", alphas)} cannot be measured: give at least one, each from 0 (initial) to 1 (final)."
            );
        }
    }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="InputException">A value is out of range; it is named.</exception>
    public void Check()
    {
        if (Sigmas.IsDefaultOrEmpty || Sigmas.Any(sigma => !(sigma > 0 && double.IsFinite(sigma))))
        {
            throw new InputException(
                "A path needs at least one sigma, each a number above 0; sigma 0 is always measured beside them."
            );
        }

        if (Draws < 1 || Examples is < 1 || Eps is < 0 or > 1 || !(Margin is >= 0 and <= 1))
        {
            throw new InputException(
                $"A path of {Draws} draws, {Examples?.ToString() ?? "all"} images, eps {Eps?.ToString() ?? "unset"} and margin {Margin} cannot be measured: draws and images are at least 1, eps and margin lie in [0, 1]."
            );
        }
    }
}

/// <summary>One value of the modules on an optimization path.</summary>
/// <param name="Epoch">Its place on the path, for example the epoch.</param>
/// <param name="Weights">The whole network's weights there; the caller's to dispose.</param>
public sealed record PathCheckpoint(double Epoch, StateDict Weights);
