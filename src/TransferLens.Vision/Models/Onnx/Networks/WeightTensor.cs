using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>A weight of a network from a graph.</summary>
/// <param name="Name">Its name in the network's state dict: the stored tensor's own, except in the head, whose tensors
/// are named like its module.</param>
/// <param name="Stored">Name of the stored tensor.</param>
/// <param name="Shape">Its shape, with the file's number of classes.</param>
/// <param name="Role">What it is for.</param>
internal sealed record WeightTensor(string Name, string Stored, ImmutableArray<long> Shape, WeightRole Role)
{
    /// <summary>Whether the file stores the transpose.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Whether the first axis counts classes.</summary>
    public bool CountsClasses { get; init; }

    /// <summary>Number of inputs of the layer, for a bias that is drawn from it; null for a bias of zeros.</summary>
    public long? Inputs { get; init; }

    /// <summary>Whether it is a running statistic, and not learned.</summary>
    public bool IsStatistic => Role is WeightRole.Mean or WeightRole.Variance;

    /// <summary>The file's values: a new float32 tensor.</summary>
    /// <param name="classifier">The classifier.</param>
    public Tensor Read(OnnxClassifier classifier)
    {
        using var scope = NewDisposeScope();
        var stored = classifier.Stored[Stored].ToTensor().to(ScalarType.Float32);
        return (IsTransposed ? stored.t().contiguous() : stored).MoveToOuterDisposeScope();
    }
}

/// <summary>What a weight is for, which decides how it is initialized.</summary>
internal enum WeightRole
{
    /// <summary>Weights of a convolution.</summary>
    Convolution,

    /// <summary>Weights of a linear layer.</summary>
    Linear,

    /// <summary>Added.</summary>
    Bias,

    /// <summary>Multiplied with, by channel: scales of normalizations, layer scale.</summary>
    Scale,

    /// <summary>Running mean.</summary>
    Mean,

    /// <summary>Running variance.</summary>
    Variance,

    /// <summary>Tokens, positions and other learned values.</summary>
    Embedding,
}
