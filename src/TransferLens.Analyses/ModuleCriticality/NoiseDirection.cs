using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// The direction of the noise on one parameter: the same for every alpha and sigma of a draw (common random numbers),
/// so that points of a map differ by position and not by chance.
/// </summary>
/// <param name="parameter">The parameter's full name.</param>
/// <param name="shape">Its shape.</param>
/// <param name="draw">Index of the draw, from 0.</param>
/// <returns>A new float32 tensor of that shape, which the caller disposes.</returns>
public delegate Tensor NoiseDirection(string parameter, long[] shape, int draw);

/// <summary>Standard normal directions, determined by a seed, the parameter's name and the draw.</summary>
internal static class GaussianNoise
{
    /// <summary>Returns the directions of a seed.</summary>
    public static NoiseDirection FromSeed(int seed) =>
        (parameter, shape, draw) =>
        {
            var mixed = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {draw} {parameter}"));
            using var generator = new Generator(BinaryPrimitives.ReadUInt64LittleEndian(mixed));
            return randn(shape, generator: generator);
        };
}
