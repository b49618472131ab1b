using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Alignment;

/// <summary>Numbers by SciPy and NumPy: tests/reference/alignment.py.</summary>
public class AlignmentReferenceTests
{
    private static readonly JsonNode Reference = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "alignment.json"))
    )!;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Reference["assignments"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_largest_sum_of_an_assignment_is_that_of_SciPy(int number)
    {
        var expected = Reference["assignments"]![number]!;
        var size = (int)expected["size"]!;
        var matrix = new double[size * size];
        for (var i = 0; i < matrix.Length; i++)
        {
            var (row, column) = (i / size, i % size);
            matrix[i] = Math.Sin((1.7 * row) + (2.3 * column) + (0.61 * row * column) + number);
        }

        var columns = LinearAssignment.Maximize(matrix, size);
        Assert.Equal(Enumerable.Range(0, size), columns.Order());
        Assert.Equal(
            (double)expected["sum"]!,
            columns.Select((column, row) => matrix[(row * size) + column]).Sum(),
            1e-9
        );
    }

    [Fact]
    public void Weight_matching_of_resnet20_comes_to_the_sum_of_a_plain_implementation()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet20", 10, 0, CPU);
        using var first = Formula(network, 1);
        using var second = Formula(network, 2);
        var groups = PermutationGroups.Find(network, 32);
        var parameters = network.named_parameters().Select(parameter => parameter.name).ToHashSet();
        var (_, sum) = WeightMatching.Match(
            groups,
            first,
            second,
            parameters,
            starts: 1,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var expected = (double)Reference["matching"]!["after"]!;
        Assert.InRange(sum, expected * (1 - 1e-6), expected * (1 + 1e-6));
    }

    // Every parameter by a formula of its number, its elements' numbers and the model's.
    private static StateDict Formula(Network network, int model)
    {
        using var frozen = no_grad();
        foreach (var ((_, parameter), number) in network.named_parameters().Select((entry, i) => (entry, i)))
        {
            var values = new double[parameter.numel()];
            for (var i = 0; i < values.Length; i++)
            {
                var wave = Math.Sin(12.9898 * (i + (7919L * number) + (104729L * model))) * 43758.5453;
                values[i] = wave - Math.Floor(wave) - 0.5;
            }

            using var filled = tensor(values).reshape(parameter.shape);
            parameter.copy_(filled);
        }

        return StateDict.Of(network);
    }
}
