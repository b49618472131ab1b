using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Tests;

/// <summary>The weights and images of <c>tests/reference/networks.py</c>, by the same integer arithmetic.</summary>
internal static class ReferenceWeights
{
    /// <summary>Two images, (2, 3, size, size).</summary>
    public static Tensor Images(int size = 64) => tensor(Uniform(2 * 3 * size * size, 0, 0, 4)).view(2, 3, size, size);

    /// <summary>A value for each tensor of a network; its stream is its place among the sorted names.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gain">Variance of its weights times the inputs of each.</param>
    public static StateDict Of(Network network, int gain = 1)
    {
        using var scope = NewDisposeScope();
        return new(
            network
                .state_dict()
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(
                    (entry, i) =>
                        KeyValuePair.Create(
                            entry.Key,
                            IsIndex(entry.Key) ? entry.Value.clone() : Value(entry.Key, entry.Value.shape, i + 1, gain)
                        )
                )
                .ToList()
        );
    }

    /// <summary>A value for each tensor of given names and shapes.</summary>
    /// <param name="shapes">Shapes by name.</param>
    /// <param name="gain">Variance of its weights times the inputs of each.</param>
    public static StateDict Of(IReadOnlyDictionary<string, long[]> shapes, int gain = 1)
    {
        using var scope = NewDisposeScope();
        return new(
            shapes
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select((entry, i) => KeyValuePair.Create(entry.Key, Value(entry.Key, entry.Value, i + 1, gain)))
                .ToList()
        );
    }

    // Swin's index of relative positions is a constant.
    private static bool IsIndex(string name) => name.EndsWith("relative_position_index", StringComparison.Ordinal);

    private static Tensor Value(string name, long[] shape, int stream, int gain)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            return tensor(7L);
        }

        var (start, width) = (0.0, 0.2);
        if (EndsWith("cls_token", "reg_token", "pos_embed", "relative_position_bias_table"))
        {
            width = 1;
        }
        else if (shape.Length > 1)
        {
            width = Math.Sqrt(12.0 * gain / shape.Skip(1).Aggregate(1L, (a, b) => a * b));
        }
        else if (EndsWith("running_var", "scale", "weight", "gamma"))
        {
            (start, width) = (1, 0.5);
        }

        return tensor(Uniform((int)shape.Aggregate(1L, (a, b) => a * b), stream, start, width)).view(shape);

        bool EndsWith(params string[] endings) =>
            endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
    }

    // Numbers within width / 2 of start.
    private static float[] Uniform(int count, int stream, double start, double width)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var x = unchecked(((uint)i * 2654435761) + ((uint)stream * 40503));
            x ^= x >> 15;
            x = unchecked(x * 2246822519);
            x ^= x >> 13;
            values[i] = (float)(start + (width * ((x / 4294967296.0) - 0.5)));
        }

        return values;
    }
}
