using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// The shapes of all values of a graph for images of one size, and the values that follow from shapes alone. They come
/// from computing the graph with zeros for two and for three images.
/// </summary>
internal sealed class GraphTrace : IDisposable
{
    private readonly Dictionary<string, (long[] Two, long[] Three)> shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BatchValue> known = new(StringComparer.Ordinal);

    /// <summary>Traces a graph.</summary>
    /// <param name="classifier">The graph.</param>
    /// <param name="flow">What its values depend on.</param>
    /// <param name="side">Height and width of the images.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InputException">A node does not fit its inputs; the message names it.</exception>
    public GraphTrace(OnnxClassifier classifier, ValueFlow flow, (long Height, long Width) side, string source)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var evaluator = new OnnxEvaluator(classifier.Nodes, [classifier.Logits], source);
        var two = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Run(2, (name, value) => shapes[name] = (value.shape, []), (name, value) => two[name] = value);
        Run(3, (name, value) => shapes[name] = (shapes[name].Two, value.shape), Relate);

        void Run(long batch, Action<string, Tensor> shape, Action<string, Tensor> fixedValue)
        {
            evaluator.Compute(Given, new OnnxRun(), Observe);

            Tensor Given(string name)
            {
                var value = Value(name, classifier, flow, classifier.Axes.Shape(batch, side.Height, side.Width));
                Observe(name, value);
                return value;
            }

            void Observe(string name, Tensor value)
            {
                shape(name, value);
                if (flow[name] == Dependence.Shapes)
                {
                    fixedValue(name, value.clone().MoveToOtherDisposeScope(scope));
                }
            }
        }

        void Relate(string name, Tensor three)
        {
            if (BatchValue.Of(two[name], three) is { } value)
            {
                known[name] = value;
            }
        }
    }

    /// <summary>Shape of a value for a batch of two images.</summary>
    /// <param name="value">Its name.</param>
    public long[] Shape(string value) => shapes[value].Two;

    /// <summary>Whether the first axis of a value, and no other, counts images.</summary>
    /// <param name="value">Its name.</param>
    public bool CountsImages(string value)
    {
        var (two, three) = shapes[value];
        return two is [2, _, ..] && three is [3, ..] && two.AsSpan(1).SequenceEqual(three.AsSpan(1));
    }

    /// <summary>
    /// A value that follows from shapes alone; null when it depends on images or weights, or when its shape depends on
    /// the number of images.
    /// </summary>
    /// <param name="value">Its name.</param>
    public BatchValue? Known(string value) => known.GetValueOrDefault(value);

    /// <summary>
    /// What is given to compute shapes: zeros for images and weights, other stored tensors as they are.
    /// </summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="classifier">The graph.</param>
    /// <param name="flow">What its values depend on.</param>
    /// <param name="images">Shape of the batch.</param>
    public static Tensor Value(string name, OnnxClassifier classifier, ValueFlow flow, long[] images) =>
        name == classifier.Images ? zeros(images)
        : flow.Weights.Contains(name) ? zeros([.. classifier.Stored[name].Shape])
        : classifier.Stored[name].ToTensor();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in known.Values)
        {
            value.Dispose();
        }
    }
}
