using System.Collections.Immutable;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// Logistic regression on features: the W and b that minimize (1/2) |W|^2 + C sum_i CE(W x_i + b, y_i), with the bias
/// not penalized, as in scikit-learn's <c>LogisticRegression</c>. Several classes share one softmax; two classes have
/// one weight vector, as there; each label of multi-label images has a classifier of its own. Minimized by L-BFGS until
/// the Euclidean norm of the gradient of the objective divided by C, scikit-learn's scale, is at most 1e-4, and at most
/// a thousandth of |W| / C, which bounds the relative error of W where classes can be separated.
/// </summary>
/// <remarks>
/// Features are centred, which changes neither the penalty nor the minimum. With fewer images than features the problem
/// is solved in the span of the images. Each search is preconditioned by the curvature at its start, averaged over the
/// classes: X^T D X + I / C with D the mean of p (1 - p). A problem can be solved for several values of C: each starts
/// at the solution before.
/// </remarks>
internal sealed class LogisticRegression : IDisposable
{
    /// <summary>The gradient at which the search ends.</summary>
    public const double Tolerance = 1e-4;

    // The gradient of the penalty is W / C: far below it, W is known to this part of its size.
    private const double RelativeTolerance = 1e-3;
    private const int MaximumIterations = 2000;
    private const int IterationsOfASearch = 50;
    private const double AbsentClass = -1e4;
    private const double Jitter = 1e-10;

    private readonly Tensor centre;
    private readonly Tensor? basis;
    private readonly Tensor inputs;
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
        targets = Targets(labels).DetachFromDisposeScope();
        centre = features.mean([0]).DetachFromDisposeScope();
        var centred = features - centre;
        // With fewer images than features the solution lies in the span of the images.
        basis = centred.shape[0] < centred.shape[1] ? linalg.qr(centred.t()).Q.DetachFromDisposeScope() : null;
        var inside = basis is null ? centred : centred.matmul(basis);
        inputs = cat([inside, ones(inside.shape[0], 1, ScalarType.Float64)], 1).DetachFromDisposeScope();
        point = zeros(present.Length, inputs.shape[1], ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>Lets the next fit start at a classifier of the same classes, for example one of fewer images.</summary>
    /// <param name="classifier">The classifier; stays the caller's.</param>
    public void StartAt(LinearClassifier classifier)
    {
        using var scope = NewDisposeScope();
        using var rows = tensor(present.Select(label => (long)label).ToArray());
        var weight = classifier.Weight.index_select(0, rows);
        var bias = classifier.Bias.index_select(0, rows) + weight.matmul(centre);
        var inside = basis is null ? weight : weight.matmul(basis);
        point.Dispose();
        point = cat([inside, bias.unsqueeze(1)], 1).DetachFromDisposeScope();
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
            return Classifier(c, converged: true);
        }

        // Two classes: the weights of both are opposite, so that their penalty is half that of one vector.
        var penalty = (!isMultiLabel && present.Length == 2 ? 2 : 1) / c;
        var (steps, found) = (0, false);
        while (!found && steps < MaximumIterations)
        {
            var search = Search(penalty, cancellationToken);
            found = search.Found;
            steps += Math.Max(1, search.Iterations);
            if (search is { Found: false, Iterations: 0 })
            {
                break;
            }
        }

        return Classifier(c, found);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in (Tensor?[])[targets, centre, basis, inputs, point])
        {
            owned?.Dispose();
        }
    }

    // In the variables U of W = start + U L^-1, where L L^T is the curvature at the start.
    private Minimum Search(double penalty, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var (start, factor) = (point, Curvature(penalty));
        var inverse = linalg.inv(factor);
        var search = QuasiNewton.Minimize(
            moved =>
            {
                using var inner = NewDisposeScope();
                var (value, gradient) = Objective(start + Matrix(moved).matmul(inverse), penalty);
                return (value, gradient.matmul(inverse.t()).flatten().MoveToOuterDisposeScope());
            },
            zeros(point.numel(), ScalarType.Float64),
            (moved, gradient) =>
            {
                using var inner = NewDisposeScope();
                var size = Norm(Matrix(gradient).matmul(factor.t()));
                return size <= Tolerance
                    && size <= RelativeTolerance * penalty * Norm(Weights(start + Matrix(moved).matmul(inverse)));
            },
            IterationsOfASearch,
            cancellationToken
        );
        point = (start + Matrix(search.Point).matmul(inverse)).DetachFromDisposeScope();
        start.Dispose();
        return search;
    }

    private Tensor Curvature(double penalty)
    {
        var probabilities = Probabilities(Outputs(point));
        var curvature = (probabilities * (1 - probabilities)).mean([1], keepdim: true).clamp(1e-12);
        var matrix = (inputs * curvature).t().matmul(inputs);
        var diagonal = full([matrix.shape[0]], penalty, ScalarType.Float64);
        // The bias has no penalty.
        diagonal[-1] = 0;
        var jitter = Jitter * matrix.trace().item<double>() / matrix.shape[0];
        return linalg.cholesky(matrix + diag(diagonal + jitter));
    }

    private (double Value, Tensor Gradient) Objective(Tensor parameters, double penalty)
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(parameters);
        var weights = Weights(parameters);
        var loss = isMultiLabel
            ? nn.functional.softplus(outputs).sum() - (targets * outputs).sum()
            : -(nn.functional.log_softmax(outputs, 1) * targets).sum();
        var value = loss.item<double>() + (penalty / 2 * (weights * weights).sum().item<double>());
        var gradient = (Probabilities(outputs) - targets).t().matmul(inputs);
        gradient.narrow(1, 0, weights.shape[1]).add_(weights * penalty);
        return (value, gradient.MoveToOuterDisposeScope());
    }

    private Tensor Targets(ImageLabels labels)
    {
        int[] all = [.. Enumerable.Range(0, labels.Count)];
        if (isMultiLabel)
        {
            using var values = labels.ToTensor(all);
            return values.to(ScalarType.Float64);
        }

        var numbers = present
            .Select((label, number) => (label, number))
            .ToDictionary(one => one.label, one => one.number);
        var renumbered = tensor(labels.Single.Select(label => (long)numbers[label]).ToArray());
        return nn.functional.one_hot(renumbered, present.Length).to(ScalarType.Float64);
    }

    private Tensor Outputs(Tensor parameters) => inputs.matmul(parameters.t());

    private Tensor Probabilities(Tensor outputs) =>
        isMultiLabel ? outputs.sigmoid() : nn.functional.softmax(outputs, 1);

    private Tensor Matrix(Tensor vector) => vector.view(present.Length, inputs.shape[1]);

    private Tensor Weights(Tensor parameters) => parameters.narrow(1, 0, inputs.shape[1] - 1);

    private LinearClassifier Classifier(double c, bool converged)
    {
        var inside = basis is null ? Weights(point) : Weights(point).matmul(basis.t());
        var offset = point.select(1, inputs.shape[1] - 1) - inside.matmul(centre);
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

    private static double Norm(Tensor values)
    {
        using var norm = values.norm();
        return norm.item<double>();
    }
}
