using System.Text.Json.Nodes;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Probes;

/// <summary>A case of tests/reference/probe.py: the same features by the same generator, and its values.</summary>
internal sealed record ReferenceProbe(
    JsonNode Expected,
    Tensor Train,
    ImageLabels TrainLabels,
    Tensor Test,
    ImageLabels TestLabels
) : IDisposable
{
    public string Name => (string)Expected["name"]!;

    public int Classes => (int)Expected["classes"]!;

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    public static IEnumerable<ReferenceProbe> All() =>
        JsonNode.Parse(File.ReadAllText("Fixtures/probe.json"))!.AsArray().Select(expected => Create(expected!));

    private static ReferenceProbe Create(JsonNode expected)
    {
        var draws = new Draws((uint)(int)expected["seed"]!);
        var (classes, width) = ((int)expected["classes"]!, (int)expected["features"]!);
        var centres = new double[classes, width];
        for (var k = 0; k < classes; k++)
        {
            for (var j = 0; j < width; j++)
            {
                centres[k, j] = draws.Normal() * 0.5;
            }
        }

        var train = Images(draws, (int)expected["train"]!, centres, expected);
        var test = Images(draws, (int)expected["test"]!, centres, expected);
        return new(expected, train.Features, train.Labels, test.Features, test.Labels);
    }

    private static (Tensor Features, ImageLabels Labels) Images(
        Draws draws,
        int count,
        double[,] centres,
        JsonNode expected
    )
    {
        var (classes, width) = (centres.GetLength(0), centres.GetLength(1));
        var (several, network) = ((bool)expected["multi_label"]!, (bool)expected["network"]!);
        var (features, marks) = (new double[count * width], new bool[count * classes]);
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < classes; k++)
            {
                marks[(i * classes) + k] = several ? draws.Next() < 0.375 : k == i % classes;
            }

            for (var j = 0; j < width; j++)
            {
                var value = draws.Normal();
                for (var k = 0; k < classes; k++)
                {
                    value += marks[(i * classes) + k] ? centres[k, j] : 0;
                }

                features[(i * width) + j] = network ? Math.Max(0, value) * 8.0 / (1 + j) : value;
            }
        }

        var labels = several
            ? ImageLabels.MultiLabel(classes, [.. marks])
            : ImageLabels.SingleLabel([.. Enumerable.Range(0, count).Select(i => i % classes)]);
        return (tensor(features, [count, width]), labels);
    }

    private sealed class Draws(uint seed)
    {
        private uint state = seed;

        public double Next()
        {
            state = unchecked((state * 1664525) + 1013904223);
            return state / 4294967296.0;
        }

        public double Normal() => Next() + Next() + Next() + Next() - 2;
    }
}
