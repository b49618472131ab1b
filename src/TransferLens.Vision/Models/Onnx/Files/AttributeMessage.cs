namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>The fields of <c>AttributeProto</c>: many, because each kind of value has its own.</summary>
internal static class AttributeMessage
{
    /// <summary>Declares the message.</summary>
    /// <param name="tensor">The declaration of tensors.</param>
    /// <param name="graph">The declaration of graphs.</param>
    public static Message<OnnxAttribute> Declare(Func<Message<OnnxTensor>> tensor, Func<Message<OnnxGraph>> graph) =>
        new Message<OnnxAttribute>(new())
            .One(1, Wire.Text, a => a.Name, (a, value) => a with { Name = value })
            .One(
                2,
                Wire.OptionalFloat,
                a => a.Kind == OnnxAttributeKind.Float ? a.Float : null,
                (a, value) => a with { Float = value!.Value }
            )
            .One(
                3,
                Wire.OptionalInteger,
                a => a.Kind == OnnxAttributeKind.Integer ? a.Integer : null,
                (a, value) => a with { Integer = value!.Value }
            )
            .One(
                4,
                Wire.OptionalText,
                a => a.Kind == OnnxAttributeKind.Text ? a.Text : null,
                (a, value) => a with { Text = value! }
            )
            .One(5, Wire.OptionalMessage(tensor), a => a.Tensor, (a, value) => a with { Tensor = value })
            .One(6, Wire.OptionalMessage(graph), a => a.Graph, (a, value) => a with { Graph = value })
            .Many(7, Wire.Float, a => a.Floats, (a, value) => a with { Floats = value })
            .Many(8, Wire.Integer, a => a.Integers, (a, value) => a with { Integers = value })
            .Many(9, Wire.Text, a => a.Texts, (a, value) => a with { Texts = value })
            .Many(10, Wire.Message(tensor), a => a.Tensors, (a, value) => a with { Tensors = value })
            .Many(11, Wire.Message(graph), a => a.Graphs, (a, value) => a with { Graphs = value })
            .One(13, Wire.Text, a => a.Documentation, (a, value) => a with { Documentation = value })
            .One(20, Wire.Integer, a => (long)a.Kind, (a, value) => a with { Kind = (OnnxAttributeKind)value })
            .One(21, Wire.Text, a => a.Reference, (a, value) => a with { Reference = value });
}
