namespace TransferLens.Vision.Tests.Models.Onnx.Fusion;

/// <summary>Layer normalization as exporters decompose it, or something like it.</summary>
internal sealed record LayerNormSketch
{
    /// <summary>The value that is normalized.</summary>
    public string Of { get; init; } = GraphSketch.Images;

    /// <summary>What the names of its weights begin with.</summary>
    public string Scope { get; init; } = "norm";

    /// <summary>Axis of the mean; null for the last two.</summary>
    public long? MeanAxis { get; init; } = -1;

    /// <summary>Axis of the variance.</summary>
    public long VarianceAxis { get; init; } = -1;

    /// <summary>Exponent of the deviations.</summary>
    public double Exponent { get; init; } = 2;

    /// <summary>Whether squares are products.</summary>
    public bool IsProduct { get; init; }

    /// <summary>Whether weight, bias and epsilon come first.</summary>
    public bool IsTurned { get; init; }

    /// <summary>Whether the mean is that of another value.</summary>
    public bool IsOtherMean { get; init; }

    /// <summary>Whether the centered values are also an output.</summary>
    public bool IsTakenTwice { get; init; }

    /// <summary>Shape of the weight.</summary>
    public long[] Weight { get; init; } = [GraphSketch.Side];

    /// <summary>Shape of the bias.</summary>
    public long[] Bias { get; init; } = [GraphSketch.Side];

    /// <summary>Adds it.</summary>
    /// <returns>Its output.</returns>
    public string Write(GraphSketch sketch)
    {
        long[] axes = MeanAxis is { } axis ? [axis] : [-2, -1];
        var other = IsOtherMean ? sketch.Add("Relu", [Of]) : Of;
        var mean = sketch.Add("ReduceMean", [other], GraphSketch.Integers("axes", axes));
        var centered = sketch.Add("Sub", [Of, mean]);
        var square = IsProduct
            ? sketch.Add("Mul", [centered, centered])
            : sketch.Add("Pow", [centered, sketch.Number(Exponent)]);
        var squares = sketch.Add("ReduceMean", [square], GraphSketch.Integers("axes", VarianceAxis));
        var root = sketch.Add("Sqrt", [sketch.Add("Add", InOrder(squares, sketch.Number(1e-5)))]);
        var ratio = sketch.Add("Div", [centered, root]);
        var scaled = sketch.Add("Mul", InOrder(ratio, sketch.Weight($"{Scope}.weight", Weight)));
        var output = sketch.Add("Add", InOrder(scaled, sketch.Weight($"{Scope}.bias", Bias)));
        return IsTakenTwice ? sketch.Add("Add", [output, centered]) : output;
    }

    private string[] InOrder(string one, string other) => IsTurned ? [other, one] : [one, other];
}
