namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Which tokens a transformer's modules pass on. Tokens that do not depend on the images, concatenated before those
/// that do, are the class token and registers (Darcet et al. 2024). Without them, all positions of a convolution are
/// tokens.
/// </summary>
/// <param name="Prefix">Number of tokens before the patches.</param>
/// <param name="Patches">Number of patches.</param>
/// <param name="HasClassToken">Whether the first token is the class token.</param>
internal sealed record TokenLayout(long Prefix, long Patches, bool HasClassToken)
{
    /// <summary>Finds the layout of a graph.</summary>
    /// <param name="classifier">The graph.</param>
    /// <param name="flow">What its values depend on.</param>
    /// <param name="shape">Shape of a value for a batch of images.</param>
    /// <returns>Null when it is not a transformer on one sequence of tokens.</returns>
    public static TokenLayout? Of(OnnxClassifier classifier, ValueFlow flow, Func<string, long[]> shape)
    {
        foreach (var node in classifier.Nodes.Where(node => node is { Operator: "Concat", Inputs.Length: > 1 }))
        {
            var ends = node.Inputs[..^1].All(input => flow[input] != Dependence.Images);
            if (
                ends
                && flow[node.Inputs[^1]] == Dependence.Images
                && shape(node.Outputs[0]) is [_, var tokens, _]
                && shape(node.Inputs[^1]) is [_, var patches, _]
                && tokens > patches
            )
            {
                var prefix = tokens - patches;
                return new(prefix, patches, prefix == 1 || classifier.Nodes.Any(TakesFirst));
            }

            bool TakesFirst(OnnxNode next) =>
                next is { Operator: "Gather", Inputs: [var from, var index] }
                && next.Attribute("axis") is { Integer: 1 }
                && shape(from) is [_, var length, _]
                && length == shape(node.Outputs[0])[1]
                && shape(index).Length == 0;
        }

        var maps = classifier.Nodes.Where(node => node.Operator == "Conv").Select(node => shape(node.Outputs[0]));
        return maps.FirstOrDefault() is [_, _, var height, var width] ? new(0, height * width, false) : null;
    }

    /// <summary>Which tokens a module's output consists of.</summary>
    /// <param name="output">Its shape, without the axis of images.</param>
    /// <returns>Null when it does not consist of these tokens.</returns>
    public TokenSequence? For(IReadOnlyList<long> output) =>
        output is [var tokens, _] && tokens == Prefix + Patches
            ? new(HasClassToken, (int)(HasClassToken ? Prefix - 1 : Prefix))
            : null;
}
