using System.Runtime.InteropServices;
using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Small models.</summary>
internal static class Sample
{
    /// <summary>A convolution, an activation and a linear map: x -> b -> c -> y.</summary>
    public static OnnxModel Network() =>
        new()
        {
            IrVersion = 8,
            Producer = "tests",
            Opsets = [new("", 16)],
            Metadata = [new("names", "cat, dog")],
            Graph = new()
            {
                Name = "network",
                Nodes =
                [
                    Node("conv", "Conv", ["x", "w"], "b") with
                    {
                        Attributes = [Integers("kernel_shape", 3, 3), Integers("pads", 1, 1, 1, 1)],
                    },
                    Node("act", "Relu", ["b"], "c"),
                    Node("fc", "Einsum", ["c", "v"], "y") with
                    {
                        Attributes =
                        [
                            new()
                            {
                                Name = "equation",
                                Kind = OnnxAttributeKind.Text,
                                Text = "bchw,co->bo",
                            },
                        ],
                    },
                ],
                Initializers = [Tensor("w", [2, 3, 3, 3]), Tensor("v", [2, 5])],
                Inputs = [Value("x")],
                Outputs =
                [
                    new()
                    {
                        Name = "y",
                        Type = new() { Tensor = new() { Element = OnnxElement.Float } },
                    },
                ],
            },
        };

    /// <summary>The network, with an activation that is a function in a function.</summary>
    public static OnnxModel WithFunction()
    {
        var model = Network();
        var call = Node("act", "Outer", ["b"], "c") with { Domain = "me" };
        var inner = Node("inner", "Inner", ["x"], "y") with
        {
            Domain = "me",
            Attributes =
            [
                new()
                {
                    Name = "slope",
                    Kind = OnnxAttributeKind.Float,
                    Float = 0.25f,
                },
            ],
        };
        var scale = Node("scale", "LeakyRelu", ["x"], "scaled") with
        {
            Attributes =
            [
                new()
                {
                    Name = "alpha",
                    Kind = OnnxAttributeKind.Float,
                    Reference = "slope",
                },
            ],
        };
        return model with
        {
            IrVersion = 8,
            Opsets = [new("", 16), new("me", 1)],
            Graph = model.Graph with { Nodes = model.Graph.Nodes.SetItem(1, call) },
            Functions =
            [
                Function("Outer", [inner]),
                Function("Inner", [scale, Node("cut", "Relu", ["scaled"], "y")]) with
                {
                    Attributes = ["slope"],
                },
            ],
        };
    }

    /// <summary>A scalar 2 whose sign a stored condition decides.</summary>
    public static OnnxModel WithBranches(byte condition)
    {
        OnnxAttribute Branch(string name, string op) =>
            new()
            {
                Name = name,
                Kind = OnnxAttributeKind.Graph,
                Graph = new()
                {
                    Name = name,
                    Nodes = [Node("do", op, ["two"], "done")],
                    Outputs = [new() { Name = "done" }],
                },
            };

        return Network() with
        {
            Graph = new()
            {
                Name = "branches",
                Nodes =
                [
                    Node("if", "If", ["condition"], "y") with
                    {
                        Attributes = [Branch("then_branch", "Identity"), Branch("else_branch", "Neg")],
                    },
                ],
                Initializers =
                [
                    new()
                    {
                        Name = "condition",
                        Element = OnnxElement.Find(9)!,
                        Raw = new[] { condition },
                    },
                    new()
                    {
                        Name = "two",
                        Element = OnnxElement.Float,
                        Floats = [2],
                    },
                ],
                Outputs = [new() { Name = "y" }],
            },
        };
    }

    /// <summary>A tensor of small numbers.</summary>
    public static OnnxTensor Tensor(string name, long[] shape)
    {
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(i => (i % 7) - 3f)];
        return new()
        {
            Name = name,
            Element = OnnxElement.Float,
            Shape = [.. shape],
            Raw = MemoryMarshal.AsBytes<float>(values).ToArray(),
        };
    }

    private static OnnxFunction Function(string name, OnnxNode[] nodes) =>
        new()
        {
            Name = name,
            Domain = "me",
            Inputs = ["x"],
            Outputs = ["y"],
            Nodes = [.. nodes],
            Opsets = [new("", 16), new("me", 1)],
        };

    private static OnnxNode Node(string name, string op, string[] inputs, string output) =>
        new()
        {
            Name = name,
            Operator = op,
            Inputs = [.. inputs],
            Outputs = [output],
        };

    private static OnnxAttribute Integers(string name, params long[] values) =>
        new()
        {
            Name = name,
            Kind = OnnxAttributeKind.Integers,
            Integers = [.. values],
        };

    private static OnnxValue Value(string name) =>
        new()
        {
            Name = name,
            Type = new()
            {
                Tensor = new()
                {
                    Element = OnnxElement.Float,
                    Shape = new()
                    {
                        Dimensions =
                        [
                            new() { Symbol = "batch" },
                            new() { Length = 3 },
                            new() { Length = 4 },
                            new() { Length = 4 },
                        ],
                    },
                },
            },
        };
}
