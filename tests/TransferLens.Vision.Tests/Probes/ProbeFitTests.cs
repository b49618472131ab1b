using System.Collections.Immutable;
using System.Diagnostics;
using TransferLens.Vision.Images;
using TransferLens.Vision.Probes;
using TransferLens.Tests;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Probes;

public class ProbeFitTests
{
    [Fact]
    public void Scratch_speed()
    {
        var generator = new Generator(1);
        var labels = ImageLabels.SingleLabel([.. Enumerable.Range(0, 3000).Select(i => i % 7)]);
        foreach (var noise in (double[])[0.5, 1, 3])
        {
            using var spectrum = arange(1, 513, ScalarType.Float64).pow(-1);
            using var mixing = linalg.qr(randn(512, 512, ScalarType.Float64, generator: generator)).Q;
            using var centres = randn(7, 512, ScalarType.Float64, generator: generator);
            using var which = tensor(labels.Single.Select(l => (long)l).ToArray());
            using var x = ((centres.index_select(0, which) + randn(3000, 512, ScalarType.Float64, generator: generator) * noise) * spectrum * 20).matmul(mixing).relu();
            var clock = Stopwatch.StartNew();
            using var problem = new LogisticRegression(x, labels, 7);
            Console.WriteLine($"noise {noise} prepare {clock.ElapsedMilliseconds} ms");
            foreach (var c in ProbeFit.Grid)
            {
                clock.Restart();
                using var fitted = problem.Fit(c);
                Console.WriteLine($"  {c:0.0e0} {clock.ElapsedMilliseconds} ms converged {fitted.Converged}");
            }
        }
    }
}
