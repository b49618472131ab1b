using System.Collections.Immutable;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The singular values of a network's weight matrices.</summary>
/// <param name="Modules">All modules, in the order of computation.</param>
public sealed record SpectrumResult(ImmutableArray<ModuleSpectrum> Modules);

/// <summary>The singular values of a module's weight matrices.</summary>
/// <param name="Name">The module.</param>
/// <param name="Matrices">Its weight matrices; empty when it has none.</param>
public sealed record ModuleSpectrum(string Name, ImmutableArray<MatrixSpectrum> Matrices);

/// <summary>The singular values of one weight matrix.</summary>
/// <param name="Name">The tensor's name in the state dict.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs, times the kernel's area for a convolution.</param>
/// <param name="SingularValues">min(Rows, Columns) values, largest first.</param>
/// <param name="StableRank">
/// Sum of squares over the largest square, in [1, min(Rows, Columns)]; null when all are zero.
/// </param>
/// <param name="EffectiveRank">
/// exp of the entropy of the normalized squares, in [1, min(Rows, Columns)]; null when all are zero.
/// </param>
public sealed record MatrixSpectrum(
    string Name,
    int Rows,
    int Columns,
    ImmutableArray<double> SingularValues,
    double? StableRank,
    double? EffectiveRank
)
{
    /// <summary>The effective rank as a share of the full rank; null when it is undefined.</summary>
    internal double? RankShare => EffectiveRank / Math.Min(Rows, Columns);

    /// <summary>Computes the ranks from singular values, largest first.</summary>
    internal static MatrixSpectrum FromSingularValues(string name, int rows, int columns, ImmutableArray<double> values)
    {
        // Divided by the largest value, so that squares neither overflow nor underflow.
        if (values.IsEmpty || values[0] == 0)
        {
            return new(name, rows, columns, values, null, null);
        }

        var squares = values.Select(value => value / values[0] * (value / values[0])).ToList();
        var stable = squares.Sum();
        var entropy = squares
            .Select(square => square / stable)
            .Where(share => share > 0)
            .Sum(share => -share * Math.Log(share));
        return new(name, rows, columns, values, stable, Math.Exp(entropy));
    }
}
