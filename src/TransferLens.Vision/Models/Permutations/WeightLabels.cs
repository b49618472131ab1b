using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>The channels that the elements of a weight belong to.</summary>
/// <param name="Name">The weight, in the network's state dict.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Uses">Labels for each of its uses, with a rank of <paramref name="Shape"/>.</param>
internal sealed record WeightLabels(string Name, long[] Shape, ImmutableArray<LabelArray> Uses)
{
    private ImmutableArray<AxisLabels> Parts => field.IsDefault ? field = [.. Divide()] : field;

    /// <summary>Positions of a channel's elements along labelled axes, in ascending order.</summary>
    /// <param name="use">Which use, from 0.</param>
    public AxisLabels PartOf(int use) => Parts.First(part => part.Uses.Contains(use));

    /// <summary>The weight with permuted channels: a new tensor in the caller's dispose scope.</summary>
    /// <param name="weight">Values of the weight.</param>
    /// <param name="sources">For each label the one whose elements replace its own.</param>
    public Tensor Permute(Tensor weight, long[] sources)
    {
        using var scope = NewDisposeScope();
        var result = weight.detach();
        foreach (var part in Parts)
        {
            var order = tensor(part.Order(sources), ScalarType.Int64, weight.device);
            result = part.Fold(part.Unfold(result).index_select(0, order), weight.shape);
        }

        return result.contiguous().clone().MoveToOuterDisposeScope();
    }

    // Uses whose labels vary along common axes are permuted together.
    private IEnumerable<AxisLabels> Divide()
    {
        var left = Enumerable.Range(0, Uses.Length).ToList();
        while (left.Count > 0)
        {
            var axes = AxesOf(left[0]);
            while (left.SelectMany(use => AxesOf(use).Overlaps(axes) ? AxesOf(use) : []).Any(axes.Add)) { }

            int[] together = [.. left.Where(use => AxesOf(use).Overlaps(axes))];
            left.RemoveAll(together.Contains);
            yield return new(Shape, [.. axes.Order()], together, Uses);
        }
    }

    private HashSet<int> AxesOf(int use) => [.. Enumerable.Range(0, Shape.Length).Where(Uses[use].Varies)];
}
