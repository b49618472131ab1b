namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that files of networks use, with
/// the numbers of their fields. Sparse tensors, training information and quantization annotations are passed over.
/// </summary>
internal static class Messages
{
    private static readonly Message<OnnxEntry> Entry = new Message<OnnxEntry>(new("", ""))
        .One(1, Wire.Text, entry => entry.Key, (entry, value) => entry with { Key = value })
        .One(2, Wire.Text, entry => entry.Value, (entry, value) => entry with { Value = value });

    private static readonly Message<OnnxOpset> Opset = new Message<OnnxOpset>(new("", 0))
        .One(1, Wire.PresentText, set => set.Domain, (set, value) => set with { Domain = value })
        .One(2, Wire.Integer, set => set.Version, (set, value) => set with { Version = value });

    private static readonly Message<OnnxDimension> Dimension = new Message<OnnxDimension>(new())
        .One(1, Wire.OptionalInteger, length => length.Length, (length, value) => length with { Length = value })
        .One(2, Wire.OptionalText, length => length.Symbol, (length, value) => length with { Symbol = value });

    private static readonly Message<OnnxShape> Shape = new Message<OnnxShape>(new()).Many(
        1,
        Wire.Message(() => Dimension),
        shape => shape.Dimensions,
        (shape, value) => shape with { Dimensions = value }
    );

    private static readonly Message<OnnxTensorType> TensorType = new Message<OnnxTensorType>(new())
        .One(1, Wire.Element, type => type.Element, (type, value) => type with { Element = value })
        .One(2, Wire.OptionalMessage(() => Shape), type => type.Shape, (type, value) => type with { Shape = value });

    private static readonly Message<OnnxType> Type = new Message<OnnxType>(new()).One(
        1,
        Wire.OptionalMessage(() => TensorType),
        type => type.Tensor,
        (type, value) => type with { Tensor = value }
    );

    private static readonly Message<OnnxValue> Value = new Message<OnnxValue>(new())
        .One(1, Wire.Text, value => value.Name, (value, name) => value with { Name = name })
        .One(2, Wire.OptionalMessage(() => Type), value => value.Type, (value, type) => value with { Type = type })
        .One(3, Wire.Text, value => value.Documentation, (value, text) => value with { Documentation = text });

    /// <summary>A stored tensor.</summary>
    public static Message<OnnxTensor> Tensor { get; } =
        new Message<OnnxTensor>(new())
            .Many(1, Wire.Integer, tensor => tensor.Shape, (tensor, value) => tensor with { Shape = value })
            .One(2, Wire.Element, tensor => tensor.Element, (tensor, value) => tensor with { Element = value })
            .Many(4, Wire.Float, tensor => tensor.Floats, (tensor, value) => tensor with { Floats = value }, true)
            .Many(
                5,
                Wire.ShortInteger,
                tensor => tensor.Integers,
                (tensor, value) => tensor with { Integers = value },
                true
            )
            .Many(6, Wire.Bytes, tensor => tensor.Texts, (tensor, value) => tensor with { Texts = value })
            .Many(7, Wire.Integer, tensor => tensor.Longs, (tensor, value) => tensor with { Longs = value }, true)
            .One(8, Wire.Text, tensor => tensor.Name, (tensor, value) => tensor with { Name = value })
            .One(9, Wire.Bytes, tensor => tensor.Raw, (tensor, value) => tensor with { Raw = value })
            .Many(10, Wire.Double, tensor => tensor.Doubles, (tensor, value) => tensor with { Doubles = value }, true)
            .One(
                12,
                Wire.Text,
                tensor => tensor.Documentation,
                (tensor, value) => tensor with { Documentation = value }
            )
            .Many(
                13,
                Wire.Message(() => Entry),
                tensor => tensor.External,
                (tensor, value) => tensor with { External = value }
            )
            .One(14, Wire.Integer, tensor => tensor.Location, (tensor, value) => tensor with { Location = value });

    private static readonly Message<OnnxAttribute> Attribute = AttributeMessage.Declare(() => Tensor, () => Graph!);

    private static readonly Message<OnnxNode> Node = new Message<OnnxNode>(new())
        .Many(1, Wire.Text, node => node.Inputs, (node, value) => node with { Inputs = value })
        .Many(2, Wire.Text, node => node.Outputs, (node, value) => node with { Outputs = value })
        .One(3, Wire.Text, node => node.Name, (node, value) => node with { Name = value })
        .One(4, Wire.Text, node => node.Operator, (node, value) => node with { Operator = value })
        .Many(
            5,
            Wire.Message(() => Attribute),
            node => node.Attributes,
            (node, value) => node with { Attributes = value }
        )
        .One(6, Wire.Text, node => node.Documentation, (node, value) => node with { Documentation = value })
        .One(7, Wire.Text, node => node.Domain, (node, value) => node with { Domain = value })
        .One(8, Wire.Text, node => node.Overload, (node, value) => node with { Overload = value })
        .Many(9, Wire.Message(() => Entry), node => node.Metadata, (node, value) => node with { Metadata = value });

    private static Message<OnnxGraph> Graph { get; } =
        new Message<OnnxGraph>(new())
            .Many(1, Wire.Message(() => Node), graph => graph.Nodes, (graph, value) => graph with { Nodes = value })
            .One(2, Wire.Text, graph => graph.Name, (graph, value) => graph with { Name = value })
            .Many(
                5,
                Wire.Message(() => Tensor),
                graph => graph.Initializers,
                (graph, value) => graph with { Initializers = value }
            )
            .One(10, Wire.Text, graph => graph.Documentation, (graph, value) => graph with { Documentation = value })
            .Many(11, Wire.Message(() => Value), graph => graph.Inputs, (graph, value) => graph with { Inputs = value })
            .Many(
                12,
                Wire.Message(() => Value),
                graph => graph.Outputs,
                (graph, value) => graph with { Outputs = value }
            )
            .Many(13, Wire.Message(() => Value), graph => graph.Values, (graph, value) => graph with { Values = value })
            .Many(
                16,
                Wire.Message(() => Entry),
                graph => graph.Metadata,
                (graph, value) => graph with { Metadata = value }
            );

    private static readonly Message<OnnxFunction> Function = new Message<OnnxFunction>(new())
        .One(1, Wire.Text, function => function.Name, (function, value) => function with { Name = value })
        .Many(4, Wire.Text, function => function.Inputs, (function, value) => function with { Inputs = value })
        .Many(5, Wire.Text, function => function.Outputs, (function, value) => function with { Outputs = value })
        .Many(6, Wire.Text, function => function.Attributes, (function, value) => function with { Attributes = value })
        .Many(
            7,
            Wire.Message(() => Node),
            function => function.Nodes,
            (function, value) => function with { Nodes = value }
        )
        .One(
            8,
            Wire.Text,
            function => function.Documentation,
            (function, value) => function with { Documentation = value }
        )
        .Many(
            9,
            Wire.Message(() => Opset),
            function => function.Opsets,
            (function, value) => function with { Opsets = value }
        )
        .One(10, Wire.Text, function => function.Domain, (function, value) => function with { Domain = value })
        .Many(
            11,
            Wire.Message(() => Attribute),
            function => function.Defaults,
            (function, value) => function with { Defaults = value }
        )
        .One(13, Wire.Text, function => function.Overload, (function, value) => function with { Overload = value })
        .Many(
            14,
            Wire.Message(() => Entry),
            function => function.Metadata,
            (function, value) => function with { Metadata = value }
        );

    /// <summary>A whole file.</summary>
    public static Message<OnnxModel> Model { get; } =
        new Message<OnnxModel>(new())
            .One(1, Wire.Integer, model => model.IrVersion, (model, value) => model with { IrVersion = value })
            .One(2, Wire.Text, model => model.Producer, (model, value) => model with { Producer = value })
            .One(3, Wire.Text, model => model.ProducerVersion, (model, value) => model with { ProducerVersion = value })
            .One(4, Wire.Text, model => model.Domain, (model, value) => model with { Domain = value })
            .One(5, Wire.Integer, model => model.Version, (model, value) => model with { Version = value })
            .One(6, Wire.Text, model => model.Documentation, (model, value) => model with { Documentation = value })
            .One(7, Wire.Message(() => Graph), model => model.Graph, (model, value) => model with { Graph = value })
            .Many(8, Wire.Message(() => Opset), model => model.Opsets, (model, value) => model with { Opsets = value })
            .Many(
                14,
                Wire.Message(() => Entry),
                model => model.Metadata,
                (model, value) => model with { Metadata = value }
            )
            .Many(
                25,
                Wire.Message(() => Function),
                model => model.Functions,
                (model, value) => model with { Functions = value }
            );
}
