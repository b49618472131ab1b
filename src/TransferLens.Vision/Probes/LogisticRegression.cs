using System.Collections.Immutable;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// Logistic regression on features: the W and b that minimize (1/2) |W|^2 + C sum_i CE(W x_i + b, y_i), with the bias
/// not penalized, as in scikit-learn's <c>LogisticRegression</c>. Several classes share one softmax; two classes have
/// one weight vector, as there; each label of multi-label images has a classifier of its own. Minimized by L-BFGS until
/// the Euclidean norm of the gradient of the objective divided by C, scikit-learn's scale, is at most 1e-4.
/// </summary>
/// <remarks>
/// The features are centred and rotated to their principal axes, which changes neither the penalty nor the minimum, and
/// makes the problem easy to precondition. A problem can be solved for several values of C: each starts at the solution
/// before.
/// </remarks>
internal sealed class LogisticRegression : IDisposable
{
    /// <summary>The gradient at which the search ends.</summary>
    public const double Tolerance = 1e-4;

    private const int MaximumIterations = 2000;
    private const double AbsentClass = -1e4;

    private readonly Tensor centre;
    private readonly Tensor axes;
    private readonly Tensor rotated;
    private readonly Tensor variances;
    private readonly Tensor targets;
    private readonly ImmutableArray<int> present;
    private readonly int classes;
    private readonly bool isMultiLabel;
    private Tensor point;

    /// <summary>Prepares a problem.</summary>
    /// <param name="features">(n, features), float64; stays the caller's.</param>
    /// <param name="labels">Labels of the n images.</param>
    /// <param name="classes">Number of classes. Those without images are never predicted.</param>
    public LogisticRegression(Tensor features, ImageLabels labels, int classes)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        (this.classes, isMultiLabel) = (classes, labels.IsMultiLabel);
        present = isMultiLabel ? [.. Enumerable.Range(0, classes)] : [.. labels.Single.Distinct().Order()];
        targets = Targets(labels);
        centre = features.mean([0]);
        (axes, rotated, variances) = Rotate(features - centre);
        point = zeros((rotated.shape[1] + 1) * present.Length, ScalarType.Float64);
        foreach (var kept in (Tensor[])[targets, centre, axes, rotated, variances, point])
        {
            kept.DetachFromDisposeScope();
        }
    }

    /// <summary>Solves the problem, from the solution before on.</summary>
    /// <param name="c">C, above 0.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    /// <returns>The classifier; the caller disposes it.</returns>
    public LinearClassifier Fit(double c, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (present.Length < 2 && !isMultiLabel)
        {
            return Classifier(point, c, converged: true);
        }

        // Two classes: the weights of both are opposite, so that their penalty is half that of one vector.
        var penalty = (!isMultiLabel && present.Length == 2 ? 2 : 1) / c;
        var scale = Scale(penalty);
        var found = QuasiNewton.Minimize(
            scaled => Objective(scaled, scale, penalty),
            point / scale,
            gradient => Norm(gradient / scale),
            Tolerance,
            MaximumIterations,
            cancellationToken
        );
        point.Dispose();
        point = (found.Point * scale).DetachFromDisposeScope();
        return Classifier(point, c, found.Gradient <= Tolerance);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in (Tensor[])[targets, centre, axes, rotated, variances, point])
        {
            owned.Dispose();
        }
    }

    // With fewer images than features the solution lies in the span of the images.
    private static (Tensor Axes, Tensor Rotated, Tensor Variances) Rotate(Tensor centred)
    {
        var basis = centred.shape[0] < centred.shape[1] ? linalg.qr(centred.t()).Q : null;
        var inside = basis is null ? centred : centred.matmul(basis);
        var (variances, vectors) = linalg.eigh(inside.t().matmul(inside));
        return (basis is null ? vectors : basis.matmul(vectors), inside.matmul(vectors), variances.clamp(0));
    }

    private Tensor Targets(ImageLabels labels)
    {
        int[] all = [.. Enumerable.Range(0, labels.Count)];
        var values = labels.ToTensor(all);
        if (isMultiLabel)
        {
            return values.to(ScalarType.Float64);
        }

        var numbers = present
            .Select((label, number) => (label, number))
            .ToDictionary(one => one.label, one => one.number);
        var renumbered = tensor(labels.Single.Select(label => (long)numbers[label]).ToArray());
        return nn.functional.one_hot(renumbered, present.Length).to(ScalarType.Float64);
    }

    // One over the root of the diagonal of the Hessian along the principal axes, near the current point.
    private Tensor Scale(double penalty)
    {
        var probabilities = Probabilities(Outputs(point));
        var curvature = (probabilities * (1 - probabilities)).mean([0]).clamp(1e-6);
        var weights = curvature.unsqueeze(1) * variances + penalty;
        var biases = (curvature * rotated.shape[0]).unsqueeze(1);
        return cat([weights, biases], 1).rsqrt().flatten();
    }

    private (double Value, Tensor Gradient) Objective(Tensor scaled, Tensor scale, double penalty)
    {
        using var scope = NewDisposeScope();
        var parameters = scaled * scale;
        var outputs = Outputs(parameters);
        var weights = Weights(parameters);
        var loss = isMultiLabel
            ? nn.functional.softplus(outputs).sum() - (targets * outputs).sum()
            : -(nn.functional.log_softmax(outputs, 1) * targets).sum();
        var value = loss.item<double>() + (penalty / 2 * (weights * weights).sum().item<double>());
        var errors = Probabilities(outputs) - targets;
        var gradient = cat([errors.t().matmul(rotated) + (weights * penalty), errors.sum([0]).unsqueeze(1)], 1);
        return (value, (gradient.flatten() * scale).MoveToOuterDisposeScope());
    }

    private Tensor Outputs(Tensor parameters)
    {
        var matrix = Matrix(parameters);
        return rotated.matmul(matrix.narrow(1, 0, rotated.shape[1]).t()) + matrix.select(1, rotated.shape[1]);
    }

    private Tensor Probabilities(Tensor outputs) =>
        isMultiLabel ? outputs.sigmoid() : nn.functional.softmax(outputs, 1);

    private Tensor Matrix(Tensor parameters) => parameters.view(present.Length, rotated.shape[1] + 1);

    private Tensor Weights(Tensor parameters) => Matrix(parameters).narrow(1, 0, rotated.shape[1]);

    private LinearClassifier Classifier(Tensor parameters, double c, bool converged)
    {
        var matrix = Matrix(parameters);
        var inside = Weights(parameters).matmul(axes.t());
        var offset = matrix.select(1, rotated.shape[1]) - inside.matmul(centre);
        var (weight, bias) = (
            zeros([classes, inside.shape[1]], ScalarType.Float64),
            full([classes], AbsentClass, ScalarType.Float64)
        );
        for (var i = 0; i < present.Length; i++)
        {
            weight[present[i]] = inside[i];
            bias[present[i]] = offset[i];
        }

        return new(weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope(), c, converged);
    }

    private static double Norm(Tensor vector)
    {
        using var norm = vector.norm();
        return norm.item<double>();
    }
}
