using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Resamples position embeddings to another number of patches, as timm's <c>resample_abs_pos_embed</c> does: bicubic
/// with antialiasing (PyTorch's <c>interpolate</c>, a = -0.5). Embeddings of class and register tokens stay.
/// </summary>
internal static class PositionResampling
{
    private const double A = -0.5;

    /// <summary>Resamples the embeddings of a square grid.</summary>
    /// <param name="positions">(1, prefix + side^2, width), the patches row by row.</param>
    /// <param name="prefix">Number of embeddings that stay.</param>
    /// <param name="height">Number of patches in a column.</param>
    /// <param name="width">Number of patches in a row.</param>
    /// <returns>(1, prefix + height width, width), float32. Gradients reach <paramref name="positions"/>.</returns>
    public static Tensor Resample(Tensor positions, int prefix, long height, long width)
    {
        using var scope = NewDisposeScope();
        var (count, features) = (positions.shape[1] - prefix, positions.shape[2]);
        var side = (long)Math.Sqrt(count);
        if (height == side && width == side)
        {
            return positions.alias().MoveToOuterDisposeScope();
        }

        var patches = positions.narrow(1, prefix, count).to(ScalarType.Float32).reshape(side, side * features);
        var rows = Matrix(side, height).to(positions.device).matmul(patches).view(height, side, features);
        var grid = Matrix(side, width).to(positions.device).matmul(rows).reshape(1, height * width, features);
        return cat([positions.narrow(1, 0, prefix), grid], 1).MoveToOuterDisposeScope();
    }

    // Row i has the weights of the inputs in output i.
    private static Tensor Matrix(long inputs, long outputs)
    {
        var weights = new float[outputs * inputs];
        var scale = (double)inputs / outputs;
        var stretch = Math.Max(scale, 1);
        for (var i = 0; i < outputs; i++)
        {
            var center = scale * (i + 0.5);
            var first = Math.Max((long)(center - (2 * stretch) + 0.5), 0);
            var last = Math.Min((long)(center + (2 * stretch) + 0.5), inputs);
            var row = Enumerable
                .Range((int)first, (int)(last - first))
                .Select(j => Cubic((j + 0.5 - center) / stretch))
                .ToList();
            for (var j = 0; j < row.Count; j++)
            {
                weights[(i * inputs) + first + j] = (float)(row[j] / row.Sum());
            }
        }

        return tensor(weights).view(outputs, inputs);
    }

    // Keys' cubic convolution.
    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? (((((A + 2) * x) - (A + 3)) * x) * x) + 1
            : x < 2 ? A * ((((((x - 5) * x) + 8) * x) - 4))
            : 0;
    }
}
