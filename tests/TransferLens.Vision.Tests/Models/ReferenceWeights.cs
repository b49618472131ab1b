using TransferLens.Models;
using TransferLens.Weights;
using static TorchSharp.torch;

namespace TransferLens.Tests;

/// <summary>The weights and pictures of <c>tests/reference/networks.py</c>, by the same integer arithmetic.</summary>
internal static class ReferenceWeights
{
    /// <summary>Two pictures, (2, 3, 64, 64).</summary>
    public static Tensor Pictures() => tensor(Uniform(2 * 3 * 64 * 64, 0, u => 4 * u)).view(2, 3, 64, 64);

    /// <summary>A value for each tensor of a network; its stream is its place among the sorted names.</summary>
    public static StateDict Of(Network network)
    {
        using var scope = NewDisposeScope();
        return new(network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select((entry, i) => KeyValuePair.Create(entry.Key, Value(entry.Key, entry.Value.shape, i + 1))).ToList());
    }

    private static Tensor Value(string name, long[] shape, int stream)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            return tensor(7L);
        }

        var positive = new[] { "running_var", "scale", "weight" }.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
        var deviation = Math.Sqrt(12.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b));
        Func<double, double> map = shape.Length > 1 ? u => u * deviation : positive ? u => 1 + (u / 2) : u => u / 5;
        return tensor(Uniform((int)shape.Aggregate(1L, (a, b) => a * b), stream, map)).view(shape);
    }

    private static float[] Uniform(int count, int stream, Func<double, double> map)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var x = unchecked(((uint)i * 2654435761) + ((uint)stream * 40503));
            x ^= x >> 15;
            x = unchecked(x * 2246822519);
            x ^= x >> 13;
            values[i] = (float)map((x / 4294967296.0) - 0.5);
        }

        return values;
    }
}
