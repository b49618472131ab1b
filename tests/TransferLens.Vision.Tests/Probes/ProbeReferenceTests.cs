using System.Text.Json.Nodes;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Probes;

namespace TransferLens.Vision.Tests.Probes;

/// <summary>Compares with scikit-learn and with neighbours in NumPy: tests/reference/probe.py.</summary>
public class ProbeReferenceTests
{
    [Fact]
    public void Accuracies_at_every_C_are_within_three_tenths_of_a_point_of_those_of_scikit_learn()
    {
        foreach (var probe in ReferenceProbe.All())
        {
            using var owned = probe;
            Assert.Equal((double)probe.Expected["sum"]!, probe.Train.sum().item<double>(), 1e-6);
            using var problem = new LogisticRegression(probe.Train, probe.TrainLabels, probe.Classes);
            foreach (var expected in probe.Expected["accuracy"]!.AsArray())
            {
                using var fitted = problem.Fit(
                    (double)expected!["c"]!,
                    cancellationToken: TestContext.Current.CancellationToken
                );
                Assert.True(fitted.Converged, $"{probe.Name} at C = {fitted.C}");
                var difference = Accuracy(fitted.Logits(probe.Test), probe, 0) - (double)expected["accuracy"]!;
                Assert.True(Math.Abs(difference) <= 0.003, $"{probe.Name} at C = {fitted.C}: {difference}");
            }
        }
    }

    [Fact]
    public void Logits_at_a_C_of_1_are_those_of_scikit_learn()
    {
        foreach (var probe in ReferenceProbe.All())
        {
            using var owned = probe;
            using var problem = new LogisticRegression(probe.Train, probe.TrainLabels, probe.Classes);
            using var fitted = problem.Fit(1, cancellationToken: TestContext.Current.CancellationToken);
            var logits = fitted.Logits(probe.Test);
            var expected = Numbers(probe.Expected["logits"]!);
            var size = expected.SelectMany(row => row).Max(Math.Abs);
            for (var i = 0; i < expected.Count; i++)
            {
                var row = logits.AsSpan(i * probe.Classes, probe.Classes).ToArray();
                // scikit-learn has one logit for two classes, and its logits of more sum to 0 as these do.
                double[] found = expected[i].Length == 1 ? [row[1] - row[0]] : [.. row.Select(logit => (double)logit)];
                Assert.All(found.Zip(expected[i]), pair => Assert.Equal(pair.Second, pair.First, 1e-3 * size));
            }
        }
    }

    [Fact]
    public void Votes_of_the_nearest_neighbours_are_those_of_NumPy()
    {
        foreach (var probe in ReferenceProbe.All())
        {
            using var owned = probe;
            var votes = NearestNeighbours.Votes(
                probe.Train,
                probe.TrainLabels,
                probe.Classes,
                probe.Test,
                cancellationToken: TestContext.Current.CancellationToken
            );
            var expected = Numbers(probe.Expected["votes"]!).SelectMany(row => row);
            Assert.All(expected.Zip(votes), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
            Assert.Equal((double)probe.Expected["knn"]!, Accuracy(votes, probe, 0.5f), 1e-9);
        }
    }

    private static List<double[]> Numbers(JsonNode rows) =>
        [.. rows.AsArray().Select(row => row!.AsArray().Select(number => (double)number!).ToArray())];

    private static double Accuracy(float[] values, ReferenceProbe probe, float threshold)
    {
        var (labels, classes) = (probe.TestLabels, probe.Classes);
        if (!labels.IsMultiLabel)
        {
            var measured = new EvaluationResult(0, 0, labels.Count, values, classes);
            return Bootstrap.Right(measured, labels.Single).Average();
        }

        return Enumerable
            .Range(0, values.Length)
            .Average(i => (values[i] > threshold) == labels.Has(i / classes, i % classes) ? 1.0 : 0);
    }
}
