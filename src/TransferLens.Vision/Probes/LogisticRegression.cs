using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// Logistic regression on features: the W and b that minimize (1/2) |W|^2 + C sum_i CE(W x_i + b, y_i), with the bias
/// not penalized, as in scikit-learn's <c>LogisticRegression</c>. Several classes share one softmax; two classes have
/// one weight vector, as there; each label of multi-label images has a classifier of its own. Minimized by Newton's
/// method until the Euclidean norm of the gradient of the objective divided by C, scikit-learn's scale, is at most
/// 1e-4 and at most a part of |W| / C, which bounds the relative error of W where classes can be separated; or at most
/// 1e-10, where features tell nothing.
/// </summary>
/// <remarks>
/// Features are centred, which changes neither the penalty nor the minimum. With fewer images than features the problem
/// is solved in the span of the images. Newton's steps are found by conjugate gradients (Nocedal and Wright 2006,
/// algorithm 7.1), preconditioned by the curvature: in full where there are few unknowns, otherwise averaged over the
/// classes, X^T D X + I / C with D the mean of p (1 - p). A problem can be solved for several values of C: each starts
/// at the solution before.
/// </remarks>
internal sealed class LogisticRegression : IDisposable
{
    /// <summary>The gradient at which the search ends.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>
    /// The gradient of the penalty is W / C: far below it, W is known to this part of its size.
    /// </summary>
    public const double RelativeTolerance = 1e-3;

    // Of features that are all alike, W is 0 and its gradient nothing but rounding.
    private const double SmallestGradient = 1e-10;
    private const int MaximumSteps = 60;
    private const int MaximumProducts = 3000;
    private const int ProductsOfAStep = 250;

    // A preconditioner is computed again once it needs more products than this.
    private const int ProductsOfAGoodStep = 15;
    private const int MaximumHalvings = 30;
    private const double Reduction = 0.3;
    private const double Decrease = 1e-4;
    private const double Rounding = 1e-12;
    private const double AbsentClass = -1e4;

    private readonly Tensor centre;
    private readonly Tensor? basis;
    private readonly Tensor inputs;
    private readonly Tensor targets;
    private readonly ImmutableArray<int> present;
    private readonly int classes;
    private readonly bool isMultiLabel;
    private readonly LogisticObjective objective;
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
        objective = new(inputs, targets, isMultiLabel);
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
    /// <param name="relativeTolerance">The part of |W| / C that the gradient is at most.</param>
    /// <param name="parts">Where a task keeps the search so far, a section of its own; null for nowhere.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    /// <returns>The classifier; the caller disposes it.</returns>
    public LinearClassifier Fit(
        double c,
        double relativeTolerance = RelativeTolerance,
        PartialResults? parts = null,
        CancellationToken cancellationToken = default
    )
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (present.Length < 2 && !isMultiLabel)
        {
            return Classifier(c, converged: true);
        }

        // Two classes: the weights of both are opposite, so that their penalty is half that of one vector.
        var penalty = (!isMultiLabel && present.Length == 2 ? 2 : 1) / c;
        var kept = new LogisticSearch(parts ?? PartialResults.None, point.shape);
        var (begun, products, left) = (0, int.MaxValue, MaximumProducts);
        var (current, curved) = (objective.At(point, penalty), (Tensor?)null);
        Tensor? inverse = null;
        if (kept.Read() is { } so)
        {
            (begun, products, left) = (so.Step, so.Products, so.Left);
            (current, curved) = (objective.At(so.Point, penalty), so.Curved);
            inverse = objective.InverseCurvature(objective.At(curved, penalty).Probabilities, penalty);
        }

        for (
            var step = begun;
            step < MaximumSteps && left > 0 && !IsEnough(current, penalty, relativeTolerance);
            step++
        )
        {
            if (products > ProductsOfAGoodStep)
            {
                inverse?.Dispose();
                inverse = objective.InverseCurvature(current.Probabilities, penalty);
                curved = current.Parameters;
            }

            (var direction, products) = ConjugateGradients.Solve(
                moved => objective.Multiply(moved, current.Probabilities, penalty),
                current.Gradient.neg(),
                gradient => LogisticObjective.Precondition(gradient, inverse!),
                Reduction,
                Math.Min(left, ProductsOfAStep),
                cancellationToken
            );
            left -= products;
            if (Move(current, direction, penalty) is not { } next)
            {
                break;
            }

            current = next;
            kept.Write(step + 1, products, left, current.Parameters, curved!);
        }

        var reached = current.Parameters.clone().DetachFromDisposeScope();
        point.Dispose();
        point = reached;
        return Classifier(c, IsEnough(current with { Parameters = point }, penalty, relativeTolerance));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in (Tensor?[])[targets, centre, basis, inputs, point])
        {
            owned?.Dispose();
        }
    }

    // Backtracking. Near the minimum the differences of values are lost in rounding: there the gradient decides.
    private LogisticPosition? Move(LogisticPosition from, Tensor direction, double penalty)
    {
        using var scope = NewDisposeScope();
        var slope = (from.Gradient * direction).sum().item<double>();
        for (var (halving, length) = (0, 1.0); halving < MaximumHalvings; halving++, length /= 2)
        {
            using var inner = NewDisposeScope();
            var next = objective.At(from.Parameters + (direction * length), penalty);
            if (
                next.Value <= from.Value + (Decrease * length * slope)
                || (
                    next.Value <= from.Value + (Rounding * Math.Abs(from.Value))
                    && Norm(next.Gradient) < Norm(from.Gradient)
                )
            )
            {
                foreach (var kept in (Tensor[])[next.Parameters, next.Gradient, next.Probabilities])
                {
                    // Out of both scopes.
                    kept.MoveToOuterDisposeScope().MoveToOuterDisposeScope();
                }

                return next;
            }
        }

        return null;
    }

    private static bool IsEnough(LogisticPosition position, double penalty, double relativeTolerance)
    {
        using var scope = NewDisposeScope();
        var size = Norm(position.Gradient);
        var part = relativeTolerance * penalty * Norm(LogisticObjective.Weights(position.Parameters));
        return size <= Tolerance && size <= Math.Max(SmallestGradient, part);
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

    private LinearClassifier Classifier(double c, bool converged)
    {
        var inside = LogisticObjective.Weights(point);
        inside = basis is null ? inside : inside.matmul(basis.t());
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
