using System.Collections.Immutable;
using TransferLens.Vision.Images;
using TransferLens.Vision.Probes;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Probes;

public class ProbeFitTests
{
    [Fact]
    public void Rotating_and_moving_the_features_changes_no_logit()
    {
        foreach (var probe in ReferenceProbe.All().Take(4))
        {
            using var owned = probe;
            using var scope = NewDisposeScope();
            var width = probe.Train.shape[1];
            var rotation = linalg.qr(randn(width, width, ScalarType.Float64, generator: new Generator(1))).Q;
            var before = Logits(probe.Train, probe.Test);
            var after = Logits(probe.Train.matmul(rotation) + 3, probe.Test.matmul(rotation) + 3);
            var size = before.Max(Math.Abs);
            Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-3f * size));

            float[] Logits(Tensor train, Tensor test)
            {
                using var problem = new LogisticRegression(train, probe.TrainLabels, probe.Classes);
                using var fitted = problem.Fit(1);
                return fitted.Logits(test);
            }
        }
    }

    [Fact]
    public void Every_image_twice_is_as_good_as_twice_the_C()
    {
        using var probe = ReferenceProbe.All().ElementAt(2);
        using var scope = NewDisposeScope();
        using var once = new LogisticRegression(probe.Train, probe.TrainLabels, probe.Classes);
        using var twice = new LogisticRegression(
            cat([probe.Train, probe.Train]),
            ImageLabels.SingleLabel([.. probe.TrainLabels.Single, .. probe.TrainLabels.Single]),
            probe.Classes
        );
        using var first = once.Fit(2, cancellationToken: TestContext.Current.CancellationToken);
        using var second = twice.Fit(1, cancellationToken: TestContext.Current.CancellationToken);
        var logits = first.Logits(probe.Test);
        Assert.All(logits.Zip(second.Logits(probe.Test)), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-3f * logits.Max(Math.Abs))
        );
    }

    [Fact]
    public void Where_a_fit_starts_does_not_change_where_it_ends()
    {
        using var probe = ReferenceProbe.All().ElementAt(3);
        using var cold = new LogisticRegression(probe.Train, probe.TrainLabels, probe.Classes);
        using var warm = new LogisticRegression(probe.Train, probe.TrainLabels, probe.Classes);
        using var before = warm.Fit(1e4, cancellationToken: TestContext.Current.CancellationToken);
        using var start = new LogisticRegression(probe.Test, probe.TestLabels, probe.Classes);
        using var other = start.Fit(1, cancellationToken: TestContext.Current.CancellationToken);
        warm.StartAt(other);
        using var first = cold.Fit(1, cancellationToken: TestContext.Current.CancellationToken);
        using var second = warm.Fit(1, cancellationToken: TestContext.Current.CancellationToken);
        var logits = first.Logits(probe.Test);
        Assert.All(logits.Zip(second.Logits(probe.Test)), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-3f * logits.Max(Math.Abs))
        );
    }

    [Fact]
    public void A_class_without_training_images_is_never_predicted_and_a_single_class_always()
    {
        using var probe = ReferenceProbe.All().ElementAt(2);
        int[] kept = [.. Enumerable.Range(0, probe.TrainLabels.Count).Where(i => probe.TrainLabels.Single[i] != 1)];
        using var rows = tensor(kept.Select(i => (long)i).ToArray());
        using var train = probe.Train.index_select(0, rows);
        using var fit = ProbeFit.Create(
            train,
            probe.TrainLabels.At(kept),
            probe.Classes,
            c: 1,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.DoesNotContain(1, Predicted(fit.Classifier.Logits(probe.Test), probe.Classes));

        var same = ImageLabels.SingleLabel([.. kept.Select(_ => 3)]);
        using var only = ProbeFit.Create(
            train,
            same,
            probe.Classes,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(Predicted(only.Classifier.Logits(probe.Test), probe.Classes), label => Assert.Equal(3, label));
    }

    [Fact]
    public void C_is_the_smallest_of_those_that_are_most_accurate_on_the_held_out_fifth()
    {
        using var probe = ReferenceProbe.All().ElementAt(4);
        using var fit = ProbeFit.Create(
            probe.Train,
            probe.TrainLabels,
            probe.Classes,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(ProbeFit.Grid, fit.HeldOut.Select(tried => tried.C));
        var best = fit.HeldOut.Max(tried => tried.Accuracy);
        Assert.Equal(fit.HeldOut.First(tried => tried.Accuracy == best).C, fit.Classifier.C);
        Assert.True(fit.Classifier.Converged);
        using var given = ProbeFit.Create(
            probe.Train,
            probe.TrainLabels,
            probe.Classes,
            fit.Classifier.C,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var logits = fit.Classifier.Logits(probe.Test);
        Assert.All(logits.Zip(given.Classifier.Logits(probe.Test)), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-2f * logits.Max(Math.Abs))
        );
    }

    [Fact]
    public void Every_C_is_reached_where_classes_cannot_be_separated_and_where_features_are_many()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(3);
        int[] classes = [.. Enumerable.Range(0, 900).Select(i => i % 6)];
        foreach (var width in (int[])[20, 200])
        {
            // Of very different size, like those of a network, and far from separable.
            var sizes = pow(10, -2 * arange(width, ScalarType.Float64) / width);
            var shifts = randn(6, width, ScalarType.Float64, generator: generator) * 0.2;
            var noise = randn(classes.Length, width, ScalarType.Float64, generator: generator);
            var features = (noise + shifts.index_select(0, tensor(classes, ScalarType.Int64))) * sizes;
            using var problem = new LogisticRegression(features, ImageLabels.SingleLabel([.. classes]), 6);
            foreach (var c in ProbeFit.Grid)
            {
                using var found = problem.Fit(c, cancellationToken: TestContext.Current.CancellationToken);
                Assert.True(found.Converged, $"{width} features, C = {c}");
            }
        }
    }

    [Fact]
    public void Features_that_are_all_alike_give_the_shares_of_the_classes()
    {
        using var scope = NewDisposeScope();
        var labels = ImageLabels.SingleLabel([.. Enumerable.Range(0, 40).Select(i => i < 30 ? 0 : 1 + (i % 2))]);
        using var problem = new LogisticRegression(full([40, 8], 0.1f, ScalarType.Float32).to(ScalarType.Float64), labels, 3);
        using var found = problem.Fit(1e-6, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(found.Converged);
        var shares = nn.functional.softmax(found.Bias, 0).data<double>().ToArray();
        Assert.All(shares.Zip([0.75, 0.125, 0.125]), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void The_held_out_fifth_has_a_fifth_of_every_class_and_leaves_each_an_image()
    {
        var labels = ImageLabels.SingleLabel([.. Enumerable.Range(0, 103).Select(i => i < 100 ? i % 4 : i - 96)]);
        var parts = HeldOutFifth.Choose(labels, 0);
        Assert.Equal(Enumerable.Range(0, 103), parts.Kept.Concat(parts.Held).Order());
        Assert.All(Enumerable.Range(0, 4), label =>
            Assert.Equal(5, parts.Held.Count(image => labels.Single[image] == label))
        );
        Assert.All(parts.Held, image => Assert.True(labels.Single[image] < 4));
        Assert.NotEqual(parts.Held, HeldOutFifth.Choose(labels, 1).Held);
        Assert.Equal(parts.Held, HeldOutFifth.Choose(labels, 0).Held);
    }

    private static ImmutableArray<int> Predicted(float[] logits, int classes) =>
        [.. logits.Chunk(classes).Select(row => Array.IndexOf(row, row.Max()))];
}
