using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>A point of a search: parameters, the objective there and what follows from them.</summary>
/// <param name="Parameters">Weights and bias (classes, inputs); the bias comes last.</param>
/// <param name="Value">The objective.</param>
/// <param name="Gradient">Its gradient (classes, inputs).</param>
/// <param name="Probabilities">Of each class for each image (images, classes).</param>
internal sealed record LogisticPosition(Tensor Parameters, double Value, Tensor Gradient, Tensor Probabilities);

/// <summary>
/// What logistic regression minimizes, divided by C: the sum of the images' cross-entropies plus penalty / 2 |W|^2,
/// with gradient and second derivative. It owns no tensors.
/// </summary>
/// <param name="inputs">Features and a column of ones (images, inputs), float64.</param>
/// <param name="targets">0 or 1 for each class (images, classes), float64.</param>
/// <param name="isMultiLabel">Whether each class is a question of its own; else one softmax is over all.</param>
internal sealed class LogisticObjective(Tensor inputs, Tensor targets, bool isMultiLabel)
{
    private const int MaximumUnknownsInFull = 1024;
    private const double Jitter = 1e-10;

    /// <summary>The weights without the bias: a view.</summary>
    /// <param name="parameters">(classes, inputs).</param>
    public static Tensor Weights(Tensor parameters) => parameters.narrow(1, 0, parameters.shape[1] - 1);

    /// <summary>The objective at some parameters.</summary>
    /// <param name="parameters">(classes, inputs); part of the result, and still the caller's.</param>
    /// <param name="penalty">Factor of |W|^2 / 2.</param>
    public LogisticPosition At(Tensor parameters, double penalty)
    {
        using var scope = NewDisposeScope();
        var (outputs, weights) = (inputs.matmul(parameters.t()), Weights(parameters));
        var loss = isMultiLabel
            ? nn.functional.softplus(outputs).sum() - (targets * outputs).sum()
            : -(nn.functional.log_softmax(outputs, 1) * targets).sum();
        var value = loss.item<double>() + (penalty / 2 * (weights * weights).sum().item<double>());
        var probabilities = isMultiLabel ? outputs.sigmoid() : nn.functional.softmax(outputs, 1);
        var gradient = (probabilities - targets).t().matmul(inputs);
        Weights(gradient).add_(weights, alpha: penalty);
        return new(parameters, value, gradient.MoveToOuterDisposeScope(), probabilities.MoveToOuterDisposeScope());
    }

    /// <summary>The product of the second derivative and a direction; the caller's to dispose.</summary>
    /// <param name="direction">(classes, inputs).</param>
    /// <param name="probabilities">At the point (images, classes).</param>
    /// <param name="penalty">Factor of |W|^2 / 2.</param>
    public Tensor Multiply(Tensor direction, Tensor probabilities, double penalty)
    {
        using var scope = NewDisposeScope();
        var changes = inputs.matmul(direction.t());
        var weighted = probabilities * changes;
        var outputs = isMultiLabel
            ? weighted - (weighted * probabilities)
            : weighted - (probabilities * weighted.sum(1, keepdim: true));
        var product = outputs.t().matmul(inputs);
        Weights(product).add_(Weights(direction), alpha: penalty);
        return product.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// An approximation of the inverse of the second derivative, for <see cref="Precondition"/>: the inverse itself
    /// (unknowns, unknowns) where there are few unknowns, else that of the average over classes (inputs, inputs).
    /// </summary>
    /// <param name="probabilities">At the point (images, classes).</param>
    /// <param name="penalty">Factor of |W|^2 / 2.</param>
    public Tensor InverseCurvature(Tensor probabilities, double penalty)
    {
        using var scope = NewDisposeScope();
        var unknowns = probabilities.shape[1] * inputs.shape[1];
        var matrix =
            !isMultiLabel && unknowns <= MaximumUnknownsInFull
                ? Curvature(probabilities)
                : Weighted((probabilities * (1 - probabilities)).mean([1], keepdim: true).clamp(1e-12));
        var diagonal = full([matrix.shape[0] / inputs.shape[1], inputs.shape[1]], penalty, ScalarType.Float64);
        // The bias has no penalty.
        diagonal.select(1, inputs.shape[1] - 1).zero_();
        var jitter = Jitter * matrix.trace().item<double>() / matrix.shape[0];
        var factor = linalg.cholesky(matrix + diag(diagonal.flatten() + jitter));
        return cholesky_inverse(factor).MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies a gradient by what <see cref="InverseCurvature"/> gave.</summary>
    /// <param name="gradient">(classes, inputs).</param>
    /// <param name="inverse">(inputs, inputs), or (unknowns, unknowns).</param>
    public static Tensor Precondition(Tensor gradient, Tensor inverse) =>
        inverse.shape[0] == gradient.shape[1]
            ? gradient.matmul(inverse)
            : gradient.flatten().matmul(inverse).view(gradient.shape);

    // Class by class: X^T diag(p_k (1 or 0 - p_l)) X.
    private Tensor Curvature(Tensor probabilities)
    {
        var classes = (int)probabilities.shape[1];
        var blocks = new Tensor[classes, classes];
        for (var k = 0; k < classes; k++)
        {
            var own = probabilities.narrow(1, k, 1);
            for (var l = 0; l <= k; l++)
            {
                blocks[k, l] = Weighted(own * ((k == l ? 1 : 0) - probabilities.narrow(1, l, 1)));
                blocks[l, k] = blocks[k, l];
            }
        }

        var rows = Enumerable
            .Range(0, classes)
            .Select(k => cat([.. Enumerable.Range(0, classes).Select(l => blocks[k, l])], 1));
        return cat([.. rows], 0);
    }

    private Tensor Weighted(Tensor weights)
    {
        using var weighted = inputs * weights;
        return weighted.t().matmul(inputs);
    }
}
