using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>
/// Singular values s_1 &gt;= s_2 &gt;= ... of a network's weight matrices W; a convolution's weights are one matrix of
/// outputs x (inputs kernel kernel). Stable rank: |W|_F^2 / |W|_2^2, the sum of s_i^2 over s_1^2. Effective rank: exp
/// of the entropy of p_i = s_i^2 / sum of s_j^2. Both are in [1, min(rows, columns)], reach its upper end when all
/// singular values are equal, and do not change when W is scaled. Computed in float64. Source: effective rank after Roy
/// and Vetterli 2007, who use s_i instead of s_i^2; squares make it comparable with the stable rank (Rudelson and
/// Vershynin 2007).
/// </summary>
/// <remarks>
/// The matrix of a convolution is not its linear map on images, whose singular values also depend on the image size.
/// Before a normalization the scale of W has no effect on the function, so compare ranks, not values.
/// </remarks>
public static class SpectrumMeasurement
{
    /// <summary>
    /// Measures the spectrum of every parameter with at least two dimensions, except single rows and columns such as a
    /// transformer's position embeddings and ConvNeXt's layer scales.
    /// </summary>
    /// <param name="network">The network; it is not changed.</param>
    /// <exception cref="InputException">A weight is infinite or NaN; the message names its tensor.</exception>
    public static SpectrumResult Measure(Network network) => Measure(network, PartialResults.None);

    /// <summary>The same in a task, which keeps the singular values of each matrix.</summary>
    internal static SpectrumResult Measure(Network network, PartialResults parts)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var weights = network
            .named_parameters()
            .Where(parameter => IsMatrix(parameter.name, parameter.parameter))
            .ToList();
        return new([
            .. network.Modules.Select(module => new ModuleSpectrum(
                module.Name,
                [
                    .. weights
                        .Where(weight => module.Owns(weight.name))
                        .Select(weight => Matrix(weight.name, weight.parameter, parts)),
                ]
            )),
        ]);
    }

    // Biases with two dimensions, such as those of relative positions, are added and map nothing.
    private static bool IsMatrix(string name, Tensor value) =>
        value.dim() >= 2
        && (
            name.EndsWith("weight", StringComparison.Ordinal)
            || (
                !name.Contains("bias", StringComparison.Ordinal) && value.shape[0] > 1 && value.numel() > value.shape[0]
            )
        );

    private static MatrixSpectrum Matrix(string name, Tensor weight, PartialResults parts)
    {
        using var scope = NewDisposeScope();
        var matrix = weight.detach().to(float64).reshape(weight.shape[0], -1);
        if (parts.Read<double>(name) is not { } values)
        {
            CheckFinite(name, matrix);
            values = linalg.svdvals(matrix).cpu().data<double>().ToArray();
            parts.Write<double>(name, values);
        }

        return MatrixSpectrum.FromSingularValues(name, (int)matrix.shape[0], (int)matrix.shape[1], [.. values]);
    }

    private static void CheckFinite(string name, Tensor matrix)
    {
        if (!matrix.isfinite().all().item<bool>())
        {
            throw new InputException(
                $"The parameter '{name}' contains infinite or NaN values, so it has no singular values; "
                    + "use weights of a run that did not diverge."
            );
        }
    }
}
