using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The ends of the line from P to P-T: both models, with the head of one of them.</summary>
internal sealed class LineEnds : IDisposable
{
    private LineEnds(StateDict pretrained, StateDict fineTuned) => Models = [pretrained, fineTuned];

    /// <summary>P, then P-T.</summary>
    public ImmutableArray<StateDict> Models { get; }

    /// <summary>Copies the weights of both models, and the head of one into the other.</summary>
    /// <param name="pretrained">P.</param>
    /// <param name="fineTuned">P-T.</param>
    /// <param name="head">Whose head both have.</param>
    /// <exception cref="InputException">
    /// The models do not have the same tensors besides their heads; the message names one.
    /// </exception>
    public static LineEnds Create(Network pretrained, Network fineTuned, LineHead head)
    {
        using var first = StateDict.Of(pretrained);
        using var second = StateDict.Of(fineTuned);
        var prefix = $"{fineTuned.Head.Name}.";
        Check(first, second, prefix);
        return head == LineHead.FineTuned
            ? new(WithHead(first, second, prefix), second.Clone())
            : new(first.Clone(), WithHead(second, first, prefix));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in Models)
        {
            model.Dispose();
        }
    }

    private static StateDict WithHead(StateDict body, StateDict head, string prefix)
    {
        using var scope = NewDisposeScope();
        return new(
            head.Select(entry =>
                KeyValuePair.Create(entry.Key, (IsHead(entry.Key, prefix) ? entry.Value : body[entry.Key]).clone())
            )
        );
    }

    private static void Check(StateDict first, StateDict second, string prefix)
    {
        var different = first
            .Keys.Union(second.Keys)
            .FirstOrDefault(name =>
                !IsHead(name, prefix)
                && !(
                    first.TryGetValue(name, out var one)
                    && second.TryGetValue(name, out var other)
                    && one.shape.SequenceEqual(other.shape)
                )
            );
        if (different is not null)
        {
            throw new InputException(
                $"The tensor '{different}' is not in P and P-T with the same shape. "
                    + "Only a model and its fine-tuned form can be interpolated; their heads may differ."
            );
        }
    }

    private static bool IsHead(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);
}
