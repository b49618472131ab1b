using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Tests.Models.Onnx.Fusion;

/// <summary>Patterns of nodes that one operation computes, and others that look like them.</summary>
internal static class FusionSketches
{
    private const string X = GraphSketch.Images;

    /// <summary>Graphs of one pattern and nothing else. Each returns its output.</summary>
    public static IReadOnlyDictionary<string, Func<GraphSketch, string>> Fusible { get; } =
        new Dictionary<string, Func<GraphSketch, string>>(StringComparer.Ordinal)
        {
            ["layer normalization"] = sketch => new LayerNormSketch().Write(sketch),
            ["layer normalization with a product"] = sketch => new LayerNormSketch { IsProduct = true }.Write(sketch),
            ["layer normalization, turned"] = sketch => new LayerNormSketch { IsTurned = true }.Write(sketch),
            ["GELU, x s / 2"] = sketch => Half(sketch, sketch.Add("Mul", [X, Sum(sketch)])),
            ["GELU, s x / 2"] = sketch => Half(sketch, sketch.Add("Mul", [Sum(sketch), X])),
            ["GELU, x s divided by 2"] = sketch =>
                sketch.Add("Div", [sketch.Add("Mul", [X, Sum(sketch)]), sketch.Number(2)]),
            ["GELU, x (s / 2)"] = sketch => sketch.Add("Mul", [X, Half(sketch, Sum(sketch))]),
            ["GELU, (x / 2) s"] = sketch => sketch.Add("Mul", [Half(sketch, X), Sum(sketch)]),
            ["GELU, x times the root of 1/2"] = sketch =>
                Half(sketch, sketch.Add("Mul", [X, Sum(sketch, "Mul", Math.Sqrt(0.5))])),
            ["SiLU"] = sketch => sketch.Add("Mul", [X, sketch.Add("Sigmoid", [X])]),
            ["SiLU, turned"] = sketch => sketch.Add("Mul", [sketch.Add("Sigmoid", [X]), X]),
            ["hard swish"] = sketch => sketch.Add("Mul", [X, Hard(sketch, X, 1.0 / 6)]),
            ["hard swish with its summand"] = sketch =>
                sketch.Add("Mul", [X, Hard(sketch, X, 1.0 / 6, GraphSketch.Float("beta", 0.5))]),
        };

    /// <summary>Graphs in which nothing is a pattern. Each returns its output.</summary>
    public static IReadOnlyDictionary<string, Func<GraphSketch, string>> Different { get; } =
        new Dictionary<string, Func<GraphSketch, string>>(StringComparer.Ordinal)
        {
            ["variance over another axis"] = sketch => new LayerNormSketch { VarianceAxis = -2 }.Write(sketch),
            ["mean over another axis"] = sketch => new LayerNormSketch { MeanAxis = -2 }.Write(sketch),
            ["mean over two axes"] = sketch => new LayerNormSketch { MeanAxis = null }.Write(sketch),
            ["fourth power"] = sketch => new LayerNormSketch { Exponent = 4 }.Write(sketch),
            ["mean of something else"] = sketch => new LayerNormSketch { IsOtherMean = true }.Write(sketch),
            ["weight for rows and columns"] = sketch => new LayerNormSketch { Weight = [8, 8] }.Write(sketch),
            ["weight for channels"] = sketch => new LayerNormSketch { Weight = [3, 1, 1] }.Write(sketch),
            ["one weight"] = sketch => new LayerNormSketch { Weight = [1] }.Write(sketch),
            ["one bias"] = sketch => new LayerNormSketch { Bias = [1] }.Write(sketch),
            ["centered values taken twice"] = sketch => new LayerNormSketch { IsTakenTwice = true }.Write(sketch),
            ["GELU with 0.4"] = sketch => sketch.Add("Mul", [sketch.Add("Mul", [X, Sum(sketch)]), sketch.Number(0.4)]),
            ["GELU of x / 1.4"] = sketch => Half(sketch, sketch.Add("Mul", [X, Sum(sketch, "Div", 1.4)])),
            ["GELU with 2 + erf"] = sketch => Half(sketch, sketch.Add("Mul", [X, Sum(sketch, one: 2)])),
            ["GELU of two values"] = sketch => Half(sketch, sketch.Add("Mul", [sketch.Add("Relu", [X]), Sum(sketch)])),
            ["2 / (x s)"] = sketch => sketch.Add("Div", [sketch.Number(2), sketch.Add("Mul", [X, Sum(sketch)])]),
            ["GELU by tanh"] = Tanh,
            ["GELU whose sum is taken twice"] = sketch =>
            {
                var sum = Sum(sketch);
                return sketch.Add("Add", [Half(sketch, sketch.Add("Mul", [X, sum])), sum]);
            },
            ["softmax over queries"] = sketch =>
                sketch.Add("MatMul", [sketch.Add("Softmax", [Scores(sketch)], GraphSketch.Integer("axis", -2)), X]),
            ["scores taken twice"] = sketch =>
            {
                var scores = Scores(sketch);
                var result = sketch.Add("MatMul", [sketch.Add("Softmax", [scores]), X]);
                return sketch.Add("Add", [result, scores]);
            },
            ["gate of another value"] = sketch =>
                sketch.Add("Mul", [X, sketch.Add("Sigmoid", [sketch.Add("Neg", [X])])]),
            ["gate taken twice"] = sketch =>
            {
                var gate = sketch.Add("Sigmoid", [X]);
                return sketch.Add("Add", [sketch.Add("Mul", [X, gate]), gate]);
            },
            ["hard gate of ONNX's own slope"] = sketch => sketch.Add("Mul", [X, sketch.Add("HardSigmoid", [X])]),
            ["hard gate with another summand"] = sketch =>
                sketch.Add("Mul", [X, Hard(sketch, X, 1.0 / 6, GraphSketch.Float("beta", 0.6))]),
            ["hard gate of another value"] = sketch =>
                sketch.Add("Mul", [X, Hard(sketch, sketch.Add("Neg", [X]), 1.0 / 6)]),
        };

    private static string Scores(GraphSketch sketch) =>
        sketch.Add("MatMul", [X, sketch.Add("Transpose", [X], GraphSketch.Integers("perm", 0, 1, 3, 2))]);

    private static string Hard(GraphSketch sketch, string of, double slope, params OnnxAttribute[] more) =>
        sketch.Add("HardSigmoid", [of], [GraphSketch.Float("alpha", slope), .. more]);

    private static string Half(GraphSketch sketch, string value) => sketch.Add("Mul", [value, sketch.Number(0.5)]);

    // 1 + erf(x / sqrt 2).
    private static string Sum(GraphSketch sketch, string op = "Div", double factor = 1.4142135, double one = 1)
    {
        var erf = sketch.Add("Erf", [sketch.Add(op, [X, sketch.Number(factor)])]);
        return sketch.Add("Add", [erf, sketch.Number(one)]);
    }

    // x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 is another function.
    private static string Tanh(GraphSketch sketch)
    {
        var cube = sketch.Add("Mul", [sketch.Add("Pow", [X, sketch.Number(3)]), sketch.Number(0.044715)]);
        var inner = sketch.Add("Mul", [sketch.Add("Add", [X, cube]), sketch.Number(Math.Sqrt(2 / Math.PI))]);
        var sum = sketch.Add("Add", [sketch.Add("Tanh", [inner]), sketch.Number(1)]);
        return Half(sketch, sketch.Add("Mul", [X, sum]));
    }
}
